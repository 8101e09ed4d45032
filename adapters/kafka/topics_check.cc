// Compares the topics with what they must be, and says what to do about each difference.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ranges>
#include <set>

#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/topics.h"

namespace toono {
namespace {

/// Brokers before it may move the high watermark below the in-sync minimum (KAFKA-15583).
constexpr int kOldestMajor = 3, kOldestMinor = 7;

/// So long all brokers together may take to tell their version, of the patience for the whole answer.
constexpr int kBrokersWithinMs = 3000;
constexpr int kBrokersPart = 3;

/// One record a partition, and nothing fetched ahead of a journal that may be long.
const KafkaProperties kFirstRecordReader = {
    {"fetch.wait.max.ms", "10"}, {"queued.min.messages", "1"}, {"fetch.message.max.bytes", "16384"}};
constexpr std::size_t kFirstRecordBatch = 256;
constexpr int kFirstRecordWaitMs = 100;

/// What a setting's value means if it is not the one wanted.
struct Remedy {
  const char* property;
  const char* remedy;
};
constexpr Remedy kRemedies[] = {
    {"cleanup.policy", "set it back at once, then run `toono verify`: records may be gone already"},
    {"retention.ms", "set it back at once, then run `toono verify`: records may be gone already"},
    {"retention.bytes", "set it back at once, then run `toono verify`: records may be gone already"},
    {"unclean.leader.election.enable",
     "set it back: a replica that lags could lead, and acknowledged records be lost"},
    {"message.timestamp.type",
     "set it back: the time of a record must be the broker's, not that of who writes it"},
    {"min.insync.replicas", "set it back: a record must stand on more than one broker before it counts"},
    {"max.message.bytes", "set it back: the largest records could not be written"}};

constexpr char kGiveRight[] =
    "give this client's principal that right, as docs/operations.md lists for its role";
constexpr char kPublishAgain[] =
    "set it back, then tell again what was removed: `toono publish --from beginning`";

const char* remedy_of(const std::string& property) {
  for (const Remedy& one : kRemedies)
    if (property == one.property) return one.remedy;
  return "set it back";
}

bool removes_records(const std::string& property) {
  return property == "cleanup.policy" || property.starts_with("retention.");
}

/// Smaller is as bad as different for some, more is welcome for others.
bool fits(const std::string& property, const std::string& found, const std::string& wanted) {
  if (property != "max.message.bytes" && property != "min.insync.replicas") return found == wanted;
  long long have = 0, need = 0;
  std::from_chars(found.data(), found.data() + found.size(), have);
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), need);
  return have >= need;
}

std::string genesis_property(PartitionNumber partition) {
  return fmt::format("genesis of partition {}", partition);
}

bool is_denied(const rd_kafka_metadata_topic& topic) {
  return topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

class TopicCheck {
 public:
  TopicCheck(KafkaAdmin& admin, const TopicExpectation& expected)
      : admin_(admin),
        expected_(expected),
        names_(address_.deployment),
        until_(Steady::now() + std::chrono::milliseconds(address_.answer_within_ms)) {}

  Result<TopicReport> run() {
    auto looked = look();
    if (!looked) return unexpected(with_silent_brokers(looked.error()));
    return std::move(report_);
  }
  Result<TopicReport> run_published();

 private:
  using Steady = std::chrono::steady_clock;
  Result<void> look();
  void share_patience();
  Result<void> brokers();
  void compare_version(int broker, const KafkaSettings& settings);
  std::set<int> brokers_away() const;
  Error with_silent_brokers(Error error) const;
  Result<void> genesis_of_registry();
  Result<void> topics(const std::vector<TopicPlan>& plans);
  Result<void> topic(const TopicPlan& plan, const Result<KafkaSettings>& settings);
  Result<bool> layout(const TopicPlan& plan);
  Result<const rd_kafka_metadata_topic*> described(const std::string& topic);
  bool is_published(const std::string& topic) const;
  bool stops_engines(const std::string& topic) const;
  std::string remedy_for(const std::string& topic, const std::string& property) const;
  void compare(const TopicPlan& plan, KafkaSettings found);
  Result<void> chains();
  Result<bool> has_first(PartitionNumber partition);
  void compare(PartitionNumber partition, const Buffer& first);
  Result<std::vector<Buffer>> first_records(const std::string& topic,
                                            const std::vector<PartitionNumber>& partitions);
  void find(const std::string& topic, std::string property, std::string found, std::string wanted,
            std::string remedy) {
    report_.findings.push_back({topic, std::move(property), std::move(found), std::move(wanted),
                                std::move(remedy), stops_engines(topic)});
  }

  KafkaAdmin& admin_;
  const KafkaAddress& address_ = admin_.address();
  const TopicExpectation& expected_;
  TopicNames names_;
  TopicReport report_;
  std::optional<GenesisFacts> genesis_;
  /// All brokers and topics, as they were told of at the beginning, and who of them did not answer; none
  /// where only what is published is looked at.
  MetadataPtr cluster_;
  std::map<std::string, MetadataPtr> described_;
  std::set<int> silent_;
  /// The end of the patience for the whole answer, if some are silent.
  Steady::time_point until_;
  int copies_ = 0;
};

Result<void> TopicCheck::look() {
  TOONO_TRY(brokers());
  TOONO_TRY(genesis_of_registry());
  TopicOptions options;
  options.replication = options.min_isr = 1;
  if (genesis_) options.genesis = *genesis_;
  if (expected_.partitions) options.genesis.partitions = expected_.partitions;
  report_.partitions = options.genesis.partitions;
  TOONO_TRY(topics(topic_plans(address_.deployment, options)));
  return genesis_ ? chains() : Result<void>();
}

/// Without genesis: who publishes need not be able to look at more.
Result<TopicReport> TopicCheck::run_published() {
  TopicOptions options;
  options.replication = options.min_isr = 1;
  auto plans = topic_plans(address_.deployment, options);
  std::erase_if(plans, [this](const TopicPlan& plan) { return !is_published(plan.name); });
  TOONO_TRY(topics(plans));
  return std::move(report_);
}

bool TopicCheck::is_published(const std::string& topic) const {
  return topic == names_.events || std::ranges::any_of(EnumValuesReferralLine(), [&](ReferralLine line) {
           return topic == names_.referral_out(line);
         });
}

/// All but the topics that tell what was decided, or what partners say.
bool TopicCheck::stops_engines(const std::string& topic) const {
  return !is_published(topic) && topic != names_.dead_letters &&
         std::ranges::none_of(EnumValuesReferralLine(),
                              [&](ReferralLine line) { return topic == names_.referral_in(line); });
}

std::string TopicCheck::remedy_for(const std::string& topic, const std::string& property) const {
  if (!removes_records(property) || stops_engines(topic)) return remedy_of(property);
  return is_published(topic) ? kPublishAgain
                             : "set it back: what stands there could be removed before it is read";
}

Result<void> TopicCheck::brokers() {
  TOONO_ASSIGN(cluster_, topic_metadata(address_, admin_.client(), "", admin_.listener()));
  std::vector<int> ids;
  for (int i = 0; i < cluster_->broker_cnt; ++i) ids.push_back(cluster_->brokers[i].id);
  auto answers =
      admin_.broker_settings(ids, std::min(kBrokersWithinMs, address_.answer_within_ms / kBrokersPart));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (answers[i]) {
      compare_version(ids[i], *answers[i]);
      continue;
    }
    report_.not_checked.push_back(
        fmt::format("the version of broker {}: {}", ids[i], answers[i].error().what));
    if (answers[i].error().code == ErrorCode::world) silent_.insert(ids[i]);
  }
  share_patience();
  return {};
}

/// While brokers are silent each question may be answered late: whatever is left to ask has one patience
/// together, the brokers' own included.
void TopicCheck::share_patience() {
  if (silent_.empty()) return;
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Steady::now()).count();
  admin_.answer_within(static_cast<int>(std::max<std::int64_t>(1, left)));
}

void TopicCheck::compare_version(int broker, const KafkaSettings& settings) {
  // Kafka's own number of its formats: there is no other that an administrator may ask for. Brokers of 4.0
  // and later do not have the setting any more.
  auto version = settings.find("inter.broker.protocol.version");
  if (version == settings.end()) return;
  int major = 0, minor = 0;
  const std::string& text = version->second;
  auto [dot, failed] = std::from_chars(text.data(), text.data() + text.size(), major);
  if (failed == std::errc() && dot != text.data() + text.size())
    std::from_chars(dot + 1, text.data() + text.size(), minor);
  if (std::pair(major, minor) < std::pair(kOldestMajor, kOldestMinor))
    find(fmt::format("broker {}", broker), "inter.broker.protocol.version", text,
         fmt::format("{}.{} or later", kOldestMajor, kOldestMinor),
         "upgrade the brokers: older ones can lose acknowledged records");
}

/// The metadata's brokers are those whom the controller holds for living; the copies name the others too.
std::set<int> TopicCheck::brokers_away() const {
  std::set<int> away;
  for (int t = 0; t < cluster_->topic_cnt; ++t)
    for (int p = 0; p < cluster_->topics[t].partition_cnt; ++p) {
      const auto& partition = cluster_->topics[t].partitions[p];
      away.insert(partition.replicas, partition.replicas + partition.replica_cnt);
    }
  for (int i = 0; i < cluster_->broker_cnt; ++i) away.erase(cluster_->brokers[i].id);
  return away;
}

/// Who answers and who does not, and what waits for those: an error that says what could not be asked says
/// little to who has to mend the cluster.
Error TopicCheck::with_silent_brokers(Error error) const {
  if (error.code != ErrorCode::world || !cluster_) return error;
  std::map<int, std::string> silent;
  for (int i = 0; i < cluster_->broker_cnt; ++i) {
    const auto& broker = cluster_->brokers[i];
    if (silent_.contains(broker.id))
      silent[broker.id] = fmt::format("{} ({}:{})", broker.id, broker.host, broker.port);
  }
  const std::set<int> away = brokers_away();
  for (int id : away) silent[id] = std::to_string(id);
  if (silent.empty()) return error;
  auto partitions = partitions_of(*cluster_, address_.deployment);
  auto led_by_them = std::ranges::count_if(
      partitions, [&](const auto* one) { return one->leader < 0 || silent.contains(one->leader); });
  error.what =
      fmt::format("{} of {} brokers do not answer: {}; {} of {} partitions have no other leader. {}",
                  silent.size(), static_cast<std::size_t>(cluster_->broker_cnt) + away.size(),
                  fmt::join(std::views::values(silent), ", "), led_by_them, partitions.size(), error.what);
  error.next =
      "bring these brokers back; if they are up, mend the way to them: each must be reached from here";
  return error;
}

/// All are asked for at once: a question that follows another waits until the broker has answered that.
Result<std::vector<Buffer>> TopicCheck::first_records(const std::string& topic,
                                                      const std::vector<PartitionNumber>& partitions) {
  TOONO_ASSIGN(auto reader, TopicReader::open(address_, kFirstRecordReader));
  std::vector<ReadFrom> from;
  from.reserve(partitions.size());
  for (PartitionNumber partition : partitions) from.push_back({topic, partition, 0});
  TOONO_TRY(reader->assign(from));
  std::vector<Buffer> first(from.size());
  std::size_t missing = from.size();
  const auto until = Steady::now() + std::chrono::milliseconds(address_.answer_within_ms);
  while (missing > 0) {
    TOONO_ASSIGN(auto messages, reader->read(kFirstRecordBatch, kFirstRecordWaitMs));
    for (const auto& [index, message] : messages) {
      if (message->offset != 0) continue;
      const auto* payload = static_cast<const std::uint8_t*>(message->payload);
      first[index].assign(payload, payload + message->len);
      --missing;
    }
    // Others may go on for long where one is silent.
    if (missing > 0 && (Steady::now() > until || (messages.empty() && address_.is_called_off())))
      return unexpected(kafka_error(address_, RD_KAFKA_RESP_ERR__TIMED_OUT, "the first record cannot be read",
                                    topic, reader->listener()));
  }
  return first;
}

Result<void> TopicCheck::genesis_of_registry() {
  TOONO_ASSIGN(const auto* topic, described(names_.registry_journal));
  if (!topic || topic->partition_cnt == 0) return {};  // found with the topics
  TOONO_ASSIGN(auto marks,
               watermarks(address_, admin_.client(), names_.registry_journal, 0, admin_.listener()));
  if (marks.low > 0 || marks.high == 0) {
    find(names_.registry_journal, "genesis", marks.low > 0 ? "removed" : "none", "the first record",
         marks.low > 0 ? "restore the topic from a backup"
                       : "found the deployment once with `toono topics create`, or restore the topic");
    return {};
  }
  TOONO_ASSIGN(auto first, first_records(names_.registry_journal, {0}));
  genesis_ = founding_facts(first.front());
  if (!genesis_) {
    find(names_.registry_journal, "genesis", "another record", "the registry's genesis",
         "restore the topic from a backup; is this the right deployment?");
    return {};
  }
  report_.log_id = genesis_->log_id;
  if (expected_.log_id && !(*expected_.log_id == genesis_->log_id))
    find(names_.registry_journal, "log_id", to_text(genesis_->log_id), to_text(*expected_.log_id),
         "the rows of this node were made from another log: name the right deployment, or another --data");
  if (expected_.partitions && expected_.partitions != genesis_->partitions)
    find(names_.registry_journal, "partitions in genesis", std::to_string(genesis_->partitions),
         std::to_string(expected_.partitions), "name the right deployment");
  return {};
}

Result<void> TopicCheck::topics(const std::vector<TopicPlan>& plans) {
  std::vector<std::string> names;
  for (const TopicPlan& plan : plans) names.push_back(plan.name);
  share_patience();
  TOONO_ASSIGN(auto settings, admin_.topic_settings(names));
  share_patience();
  for (std::size_t i = 0; i < plans.size(); ++i) TOONO_TRY(topic(plans[i], settings[i]));
  return {};
}

Result<void> TopicCheck::topic(const TopicPlan& plan, const Result<KafkaSettings>& settings) {
  TOONO_ASSIGN(bool there, layout(plan));
  if (!there) return {};
  if (!settings && settings.error().code == ErrorCode::refused && !stops_engines(plan.name)) {
    find(plan.name, "the right to DescribeConfigs", "not given to this client", "given", kGiveRight);
    return {};
  }
  TOONO_TRY(settings);
  compare(plan, *settings);
  return {};
}

/// As it was when it was first asked for; null: the brokers know of none. It may be denied to this client.
Result<const rd_kafka_metadata_topic*> TopicCheck::described(const std::string& topic) {
  auto& known = described_[topic];
  if (!known) {
    TOONO_ASSIGN(known, topic_metadata(address_, admin_.client(), topic, admin_.listener()));
  }
  const auto* found = known->topic_cnt == 1 ? &known->topics[0] : nullptr;
  if (!found || found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return nullptr;
  if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR && !is_denied(*found))
    return unexpected(
        kafka_error(address_, found->err, "the topic cannot be read", topic, admin_.listener()));
  return found;
}

Result<bool> TopicCheck::layout(const TopicPlan& plan) {
  TOONO_ASSIGN(const auto* found, described(plan.name));
  // A broker does not say to whom may not describe a topic whether it is there.
  if (found && is_denied(*found)) {
    find(plan.name, "the right to Describe", "not given to this client", "given", kGiveRight);
    return false;
  }
  if (!found || found->partition_cnt == 0) {
    find(plan.name, std::string(TopicFinding::kTopicProperty), "missing", "there",
         is_published(plan.name)
             ? "make it again with `toono topics create`, and fill it with `toono publish --from "
               "beginning`"
             : "found the deployment with `toono topics create`; if it was founded, restore "
               "the topic from a backup");
    return false;
  }
  if (plan.partitions > 0 && genesis_ && found->partition_cnt != plan.partitions)
    find(plan.name, "partitions", std::to_string(found->partition_cnt), std::to_string(plan.partitions),
         "their number can never change: restore the topic with its own number of partitions");
  copies_ = found->partitions[0].replica_cnt;
  for (int p = 0; p < found->partition_cnt; ++p)
    copies_ = std::min(copies_, found->partitions[p].replica_cnt);
  return true;
}

void TopicCheck::compare(const TopicPlan& plan, KafkaSettings found) {
  auto wanted = plan.settings;
  // One copy is all that one broker can keep; with three, two must stand before a record counts.
  wanted["min.insync.replicas"] = copies_ >= 3 ? "2" : "1";
  for (const auto& [property, value] : wanted)
    if (!fits(property, found[property], value))
      find(plan.name, property, found[property], value, remedy_for(plan.name, property));
  if (cluster_ && cluster_->broker_cnt >= 3 && copies_ < 3)
    find(plan.name, "replication", std::to_string(copies_), "3",
         "add replicas with kafka-reassign-partitions: one lost disk would lose records");
}

/// Every chain begins with the genesis that follows from the registry's.
Result<void> TopicCheck::chains() {
  TOONO_ASSIGN(const auto* journal, described(names_.journal));
  if (journal && is_denied(*journal)) return {};
  std::vector<PartitionNumber> begun;
  for (PartitionNumber p = 0; p < genesis_->partitions; ++p) {
    share_patience();
    TOONO_ASSIGN(bool there, has_first(p));
    if (there) begun.push_back(p);
  }
  TOONO_ASSIGN(auto first, first_records(names_.journal, begun));
  for (std::size_t i = 0; i < begun.size(); ++i) compare(begun[i], first[i]);
  return {};
}

Result<bool> TopicCheck::has_first(PartitionNumber partition) {
  auto found = watermarks(address_, admin_.client(), names_.journal, partition, admin_.listener());
  // Nobody answers for it, because its leader is away: that is not known to be a loss.
  if (!found && found.error().code != ErrorCode::refused) return unexpected(found.error());
  if (found && found->high > 0 && found->low == 0) return true;
  find(names_.journal, genesis_property(partition), found && found->low > 0 ? "removed" : "none",
       to_text(genesis_->log_id), "restore the topic from a backup: it was recreated, cut, or never founded");
  return false;
}

void TopicCheck::compare(PartitionNumber partition, const Buffer& first) {
  if (std::ranges::equal(first, genesis_record(*genesis_, partition))) return;
  const Genesis* other = genesis_of(first);
  find(names_.journal, genesis_property(partition), other ? to_text(*other->log_id()) : "another record",
       to_text(genesis_->log_id), "this partition belongs to another log: restore the topic from a backup");
}

}  // namespace

std::string TopicFinding::said() const {
  return fmt::format("{} is {} and must be {}", property, found, wanted);
}

Result<TopicReport> check_topics(const KafkaAddress& address, const TopicExpectation& expected) {
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  return TopicCheck(*admin, expected).run();
}

Result<TopicReport> check_published_topics(const KafkaAddress& address) {
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  const TopicExpectation none;
  return TopicCheck(*admin, none).run_published();
}

Result<void> refuse_findings(const KafkaAddress& address, const TopicReport& report) {
  auto stopping = std::ranges::count_if(report.findings, &TopicFinding::stops);
  if (stopping == 0) return {};
  const TopicFinding& first = *std::ranges::find_if(report.findings, &TopicFinding::stops);
  std::string what = first.said();
  if (stopping > 1) what += fmt::format(" (and {} more: `toono topics check` lists them)", stopping - 1);
  return unexpected({ErrorCode::refused, std::move(what),
                     fmt::format("kafka:{}, {}", address.brokers, first.topic), first.remedy});
}

}  // namespace toono
