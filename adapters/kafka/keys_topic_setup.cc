// The keys topic's settings, and the vault of a deployment made and opened on it.
#include <charconv>

#include "adapters/kafka/keys_topic.h"
#include "adapters/kafka/outlast.h"
#include "adapters/vault/master_key.h"
#include "core/time.h"

namespace toono {
namespace {

/// A destroyed key may stay on a broker's disk so long; a deployment that says less is welcome.
constexpr std::int64_t kLongestMs = 7 * kDayMs;

Error bad_setting(const std::string& where, const std::string& name, const std::string& value,
                  const std::string& wanted, const std::string& why) {
  return {ErrorCode::refused, "the keys topic has " + name + " = " + value + ": " + why, where,
          "set it to " + wanted};
}

std::int64_t number_or(const std::string& text, std::int64_t otherwise) {
  std::int64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

}  // namespace

Result<void> check_keys_topic(KafkaAdmin& admin) {
  auto name = TopicNames(admin.address().deployment).keys;
  auto where = "kafka:" + admin.address().brokers + ", topic " + name;
  TOONO_ASSIGN(auto found, admin.topic_settings(name));
  const auto& policy = found["cleanup.policy"];
  if (policy != "compact")
    return unexpected(
        bad_setting(where, "cleanup.policy", policy, "compact", "keys would be deleted by age"));
  const auto& unclean = found["unclean.leader.election.enable"];
  if (unclean != "false")
    return unexpected(bad_setting(where, "unclean.leader.election.enable", unclean, "false",
                                  "acknowledged keys could be lost"));
  for (const std::string setting : {"segment.ms", "max.compaction.lag.ms", "min.compaction.lag.ms"})
    if (number_or(found[setting], kLongestMs + 1) > kLongestMs)
      return unexpected(bad_setting(where, setting, found[setting], std::to_string(60 * kMinuteMs),
                                    "destroyed keys would stay on the disk for long"));
  return {};
}

Result<std::unique_ptr<TopicVault>> create_keys(const KafkaAddress& address,
                                                const std::string& master_key_path, Entropy& entropy) {
  ready_sodium();
  TOONO_ASSIGN(auto topic, outlast_refusals(address, [&] { return KeysTopic::open(address); }));
  TOONO_ASSIGN(auto end, topic->end());
  if (end != 0)
    return unexpected({ErrorCode::refused, "there is a vault already in the keys topic, or something else",
                       topic->where(), "open the deployment, or choose another name for it"});
  Secret master;
  TOONO_TRY(make_master_key(master_key_path, entropy, master));
  return TopicVault::create(std::move(topic), master.bytes, entropy);
}

Result<std::unique_ptr<TopicVault>> open_keys(const KafkaAddress& address, const std::string& master_key_path,
                                              Entropy& entropy, Access access) {
  ready_sodium();
  Secret master;
  TOONO_TRY(read_master_key(master_key_path, master));
  TOONO_ASSIGN(auto topic, KeysTopic::open(address));
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  TOONO_TRY(check_keys_topic(*admin));
  return TopicVault::open(std::move(topic), master.bytes, entropy, access);
}

}  // namespace toono
