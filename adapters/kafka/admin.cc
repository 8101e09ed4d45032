#include "adapters/kafka/admin.h"

#include <array>
#include <chrono>
#include <thread>

namespace toono {
namespace {

constexpr int kAnswerTickMs = 100;
constexpr auto kBetweenLooks = std::chrono::milliseconds(20);

/// The error of the one topic that an answer is about.
rd_kafka_resp_err_t only_error(const rd_kafka_topic_result_t** results, std::size_t count,
                               std::string& text) {
  if (count != 1) return RD_KAFKA_RESP_ERR__BAD_MSG;
  if (const char* words = rd_kafka_topic_result_error_string(results[0])) text = words;
  return rd_kafka_topic_result_error(results[0]);
}

Result<void> outcome(const KafkaAddress& address, rd_kafka_resp_err_t code, const std::string& text,
                     const std::string& what, const std::string& topic) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  Error error = kafka_error(address, code, what, topic);
  if (!text.empty()) error.what += " (" + text + ")";
  if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) error.code = ErrorCode::refused;
  return unexpected(error);
}

}  // namespace

KafkaAdmin::KafkaAdmin(const KafkaAddress& address, std::unique_ptr<KafkaListener> listener,
                       ProducerPtr client)
    : address_(address), listener_(std::move(listener)), client_(std::move(client)) {}

Result<std::unique_ptr<KafkaAdmin>> KafkaAdmin::open(const KafkaAddress& address) {
  auto listener = std::make_unique<KafkaListener>();
  TOONO_ASSIGN(auto client, make_producer(address, listener.get()));
  return std::unique_ptr<KafkaAdmin>(new KafkaAdmin(address, std::move(listener), std::move(client)));
}

Result<KafkaEventPtr> KafkaAdmin::call(
    rd_kafka_admin_op_t operation, const std::string& topic,
    const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask) {
  std::array<char, 256> problem{};
  AdminOptionsPtr options(rd_kafka_AdminOptions_new(client_.get(), operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), address_.answer_within_ms, problem.data(),
                                            problem.size());
  // A queue of its own: what comes late must not be taken for the answer to a later question.
  KafkaQueuePtr queue(rd_kafka_queue_new(client_.get()));
  ask(options.get(), queue.get());
  // Errors of connections come as callbacks of the client's main queue.
  KafkaEventPtr answer;
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(address_.answer_within_ms + 2000);
  while (!answer && std::chrono::steady_clock::now() < until && !address_.is_called_off()) {
    rd_kafka_poll(client_.get(), 0);
    answer.reset(rd_kafka_queue_poll(queue.get(), kAnswerTickMs));
  }
  if (!answer)
    return unexpected(kafka_error(address_, RD_KAFKA_RESP_ERR__TIMED_OUT, "the broker does not answer", topic,
                                  listener_.get()));
  if (auto code = rd_kafka_event_error(answer.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* words = rd_kafka_event_error_string(answer.get());
    return unexpected(
        kafka_error(address_, code, words ? words : "the broker refuses", topic, listener_.get()));
  }
  return answer;
}

Result<void> KafkaAdmin::create_topic(const TopicPlan& plan) {
  std::array<char, 256> problem{};
  NewTopicPtr topic(rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, plan.replication,
                                          problem.data(), problem.size()));
  if (!topic)
    return unexpected({ErrorCode::usage, std::string("the topic cannot be described: ") + problem.data(),
                       plan.name, "mend its partitions or replication"});
  for (const auto& [name, value] : plan.settings)
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  TOONO_ASSIGN(auto answer, call(RD_KAFKA_ADMIN_OP_CREATETOPICS, plan.name, [&](auto* options, auto* queue) {
                 rd_kafka_NewTopic_t* topics[] = {topic.get()};
                 rd_kafka_CreateTopics(client_.get(), topics, 1, options, queue);
               }));
  std::size_t count = 0;
  std::string text;
  const auto* result = rd_kafka_event_CreateTopics_result(answer.get());
  const auto** topics = rd_kafka_CreateTopics_result_topics(result, &count);
  auto code = only_error(topics, count, text);
  TOONO_TRY(outcome(address_, code, text, "the topic could not be made", plan.name));
  return wait_until_known(plan);
}

Result<void> KafkaAdmin::wait_until_known(const TopicPlan& plan) {
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(address_.answer_within_ms);
  while (std::chrono::steady_clock::now() < until) {
    TOONO_ASSIGN(auto metadata, topic_metadata(address_, client_.get(), plan.name, listener_.get()));
    const auto* found = metadata->topic_cnt == 1 ? &metadata->topics[0] : nullptr;
    bool known = found && found->partition_cnt == plan.partitions;
    for (int p = 0; known && p < plan.partitions; ++p)
      known = found->partitions[p].err == RD_KAFKA_RESP_ERR_NO_ERROR && found->partitions[p].leader >= 0;
    if (known) return {};
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return unexpected(kafka_error(address_, RD_KAFKA_RESP_ERR__TIMED_OUT,
                                "the topic was made and has no leaders yet", plan.name));
}

Result<void> KafkaAdmin::delete_topic(const std::string& name) {
  DeleteTopicPtr topic(rd_kafka_DeleteTopic_new(name.c_str()));
  TOONO_ASSIGN(auto answer, call(RD_KAFKA_ADMIN_OP_DELETETOPICS, name, [&](auto* options, auto* queue) {
                 rd_kafka_DeleteTopic_t* topics[] = {topic.get()};
                 rd_kafka_DeleteTopics(client_.get(), topics, 1, options, queue);
               }));
  std::size_t count = 0;
  std::string text;
  const auto* result = rd_kafka_event_DeleteTopics_result(answer.get());
  const auto** topics = rd_kafka_DeleteTopics_result_topics(result, &count);
  auto code = only_error(topics, count, text);
  return outcome(address_, code, text, "the topic could not be removed", name);
}

Result<void> KafkaAdmin::add_partitions(const std::string& name, int total) {
  std::array<char, 256> problem{};
  NewPartitionsPtr more(rd_kafka_NewPartitions_new(name.c_str(), total, problem.data(), problem.size()));
  TOONO_ASSIGN(auto answer, call(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, name, [&](auto* options, auto* queue) {
                 rd_kafka_NewPartitions_t* all[] = {more.get()};
                 rd_kafka_CreatePartitions(client_.get(), all, 1, options, queue);
               }));
  std::size_t count = 0;
  std::string text;
  const auto* result = rd_kafka_event_CreatePartitions_result(answer.get());
  const auto** topics = rd_kafka_CreatePartitions_result_topics(result, &count);
  auto code = only_error(topics, count, text);
  return outcome(address_, code, text, "partitions could not be added", name);
}

Result<void> KafkaAdmin::alter_topic(const std::string& name, const KafkaSettings& settings) {
  ConfigResourcePtr resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  for (const auto& [key, value] : settings)
    rd_kafka_ConfigResource_set_config(resource.get(), key.c_str(), value.c_str());
  TOONO_ASSIGN(auto answer, call(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, name, [&](auto* options, auto* queue) {
                 rd_kafka_ConfigResource_t* all[] = {resource.get()};
                 rd_kafka_AlterConfigs(client_.get(), all, 1, options, queue);
               }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_AlterConfigs_result(answer.get());
  const auto* const* resources = rd_kafka_AlterConfigs_result_resources(result, &count);
  auto code = count == 1 ? rd_kafka_ConfigResource_error(resources[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
  const char* words = count == 1 ? rd_kafka_ConfigResource_error_string(resources[0]) : nullptr;
  return outcome(address_, code, words ? words : "", "the settings could not be changed", name);
}

Result<void> KafkaAdmin::delete_records_before(const std::string& topic, std::int32_t partition,
                                               std::int64_t offset) {
  PartitionListPtr before = partition_list();
  add_to(before, topic, partition, offset);
  DeleteRecordsPtr wanted(rd_kafka_DeleteRecords_new(before.get()));
  TOONO_ASSIGN(auto answer, call(RD_KAFKA_ADMIN_OP_DELETERECORDS, topic, [&](auto* options, auto* queue) {
                 rd_kafka_DeleteRecords_t* all[] = {wanted.get()};
                 rd_kafka_DeleteRecords(client_.get(), all, 1, options, queue);
               }));
  const auto* offsets =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer.get()));
  auto code = offsets && offsets->cnt == 1 ? offsets->elems[0].err : RD_KAFKA_RESP_ERR__BAD_MSG;
  return outcome(address_, code, "", "records could not be removed", topic);
}

Result<KafkaSettings> KafkaAdmin::topic_settings(const std::string& name) {
  TOONO_ASSIGN(auto all, topic_settings(std::vector<std::string>{name}));
  return all.front();
}

Result<std::vector<Result<KafkaSettings>>> KafkaAdmin::topic_settings(const std::vector<std::string>& names) {
  std::vector<ConfigResourcePtr> owned;
  std::vector<rd_kafka_ConfigResource_t*> asked;
  for (const auto& name : names) {
    owned.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
    asked.push_back(owned.back().get());
  }
  const std::string where = names.size() == 1 ? names.front() : "";
  TOONO_ASSIGN(auto answer, call(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, where, [&](auto* options, auto* queue) {
                 rd_kafka_DescribeConfigs(client_.get(), asked.data(), asked.size(), options, queue);
               }));
  // They come in the order in which they were asked for.
  std::vector<Result<KafkaSettings>> found;
  for (std::size_t i = 0; i < names.size(); ++i) found.push_back(settings_in(*answer, i, names[i]));
  return found;
}

Result<KafkaSettings> KafkaAdmin::settings_in(rd_kafka_event_t& answer, std::size_t place,
                                              const std::string& topic) const {
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(&answer);
  const auto* const* resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  const bool is_there = place < count;
  auto code = is_there ? rd_kafka_ConfigResource_error(resources[place]) : RD_KAFKA_RESP_ERR__BAD_MSG;
  const char* words = is_there ? rd_kafka_ConfigResource_error_string(resources[place]) : nullptr;
  const bool is_denied = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
  TOONO_TRY(outcome(address_, code, words ? words : "",
                    is_denied ? "the settings may not be read: it takes the right to DescribeConfigs"
                              : "the settings cannot be read",
                    topic));
  KafkaSettings found;
  const auto* const* entries = rd_kafka_ConfigResource_configs(resources[place], &count);
  for (std::size_t i = 0; i < count; ++i)
    if (const char* value = rd_kafka_ConfigEntry_value(entries[i]))
      found[rd_kafka_ConfigEntry_name(entries[i])] = value;
  return found;
}

std::vector<Result<KafkaSettings>> KafkaAdmin::broker_settings(const std::vector<int>& brokers,
                                                               int within_ms) {
  const Error silent = kafka_error(address_, RD_KAFKA_RESP_ERR__TIMED_OUT, "the broker does not answer");
  std::vector<Result<KafkaSettings>> answers(brokers.size(), unexpected(silent));
  KafkaQueuePtr queue(rd_kafka_queue_new(client_.get()));
  for (std::size_t i = 0; i < brokers.size(); ++i) {
    AdminOptionsPtr options(rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
    rd_kafka_AdminOptions_set_request_timeout(options.get(), within_ms, nullptr, 0);
    rd_kafka_AdminOptions_set_opaque(options.get(), &answers[i]);
    ConfigResourcePtr resource(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, std::to_string(brokers[i]).c_str()));
    rd_kafka_ConfigResource_t* all[] = {resource.get()};
    rd_kafka_DescribeConfigs(client_.get(), all, 1, options.get(), queue.get());
  }
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(within_ms);
  for (auto open = brokers.size(); open > 0 && std::chrono::steady_clock::now() < until;) {
    rd_kafka_poll(client_.get(), 0);
    KafkaEventPtr event(rd_kafka_queue_poll(queue.get(), kAnswerTickMs));
    if (!event && address_.is_called_off()) break;
    if (!event) continue;
    --open;
    auto& answer = *static_cast<Result<KafkaSettings>*>(rd_kafka_event_opaque(event.get()));
    auto code = rd_kafka_event_error(event.get());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
      answer = settings_in(*event, 0, "");
    else
      answer = unexpected(kafka_error(address_, code, "the broker does not answer"));
  }
  return answers;
}

Result<std::vector<GroupMember>> KafkaAdmin::group_members(const std::string& group) {
  const char* groups[] = {group.c_str()};
  TOONO_ASSIGN(auto answer,
               call(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, "", [&](auto* options, auto* queue) {
                 rd_kafka_DescribeConsumerGroups(client_.get(), groups, 1, options, queue);
               }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConsumerGroups_result(answer.get());
  const auto** described = rd_kafka_DescribeConsumerGroups_result_groups(result, &count);
  const auto* error = count == 1 ? rd_kafka_ConsumerGroupDescription_error(described[0]) : nullptr;
  auto code = count == 1 ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR__BAD_MSG;
  TOONO_TRY(outcome(address_, code, "", "the group " + group + " cannot be looked at", ""));
  const auto state = rd_kafka_ConsumerGroupDescription_state(described[0]);
  if (state == RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE ||
      state == RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE)
    return unexpected(
        {ErrorCode::busy, "its partitions are being shared out", "group " + group, "ask again"});
  std::vector<GroupMember> members;
  for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(described[0]); ++i) {
    const auto* member = rd_kafka_ConsumerGroupDescription_member(described[0], i);
    auto& one = members.emplace_back(
        GroupMember{rd_kafka_MemberDescription_client_id(member), rd_kafka_MemberDescription_host(member)});
    const auto* assigned = rd_kafka_MemberDescription_assignment(member);
    const auto* given = assigned ? rd_kafka_MemberAssignment_partitions(assigned) : nullptr;
    for (int p = 0; given && p < given->cnt; ++p)
      one.partitions.emplace_back(given->elems[p].topic, given->elems[p].partition);
  }
  return members;
}

}  // namespace toono
