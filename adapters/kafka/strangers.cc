#include "adapters/kafka/strangers.h"

#include <algorithm>
#include <array>

#include "adapters/kafka/admin.h"

namespace toono {
namespace {

/// Of the address' properties, or the default.
std::string client_id_of(rd_kafka_t* client) {
  std::array<char, 512> id{};
  std::size_t size = id.size();
  (void)rd_kafka_conf_get(rd_kafka_conf(client), "client.id", id.data(), &size);
  return id.data();
}

}  // namespace

Result<std::vector<InboxStranger>> inbox_strangers(const KafkaAddress& address,
                                                   PartitionNumber partitions_with_registry) {
  const LogTopics topics{TopicNames(address.deployment), partitions_with_registry};
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  TOONO_ASSIGN(auto members, admin->group_members(topics.names.engines_group));
  const auto ours = client_id_of(admin->client());
  std::vector<InboxStranger> strangers;
  for (const auto& member : members) {
    if (member.client_id == ours) continue;
    InboxStranger stranger{member.client_id, member.host, {}};
    for (const auto& [topic, number] : member.partitions)
      if (topic == topics.names.inbox || topic == topics.names.registry_inbox)
        if (auto partition = topics.inbox_partition(topic, number)) stranger.partitions.push_back(*partition);
    std::ranges::sort(stranger.partitions);
    if (!stranger.partitions.empty()) strangers.push_back(std::move(stranger));
  }
  return strangers;
}

}  // namespace toono
