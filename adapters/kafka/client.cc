#include "adapters/kafka/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace toono {
namespace {

constexpr std::size_t kErrorBytes = 512;
/// A question that somebody may call off is never asked for longer at a time.
constexpr int kFirstSliceMs = 1000;
constexpr int kBetweenSlicesMs = 50;

/// Without these a record can be lost, doubled or skipped in silence, or overtaken: a broker takes the first
/// batch of a producer that it does not know whatever its sequence number (KIP-360), so one that was refused
/// for a moment would come behind the next that was on its way already.
const KafkaProperties kSafeProducer = {{"acks", "all"},
                                       {"enable.idempotence", "true"},
                                       {"enable.gapless.guarantee", "false"},
                                       {"max.in.flight.requests.per.connection", "1"}};
const KafkaProperties kSafeConsumer = {
    {"auto.offset.reset", "error"},        {"check.crcs", "true"},
    {"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},
    {"isolation.level", "read_committed"}, {"allow.auto.create.topics", "false"}};

const KafkaProperties kCommon = {
    {"client.id", "toono"},         {"socket.nagle.disable", "true"},     {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.ms", "50"}, {"reconnect.backoff.max.ms", "1000"}, {"retry.backoff.ms", "50"}};
/// A batch must fit into a topic's max.message.bytes (topics.cc), which counts batches, not records.
const KafkaProperties kProducer = {{"linger.ms", "1"},
                                   {"message.max.bytes", "500000"},
                                   {"batch.size", "400000"},
                                   {"message.timeout.ms", "30000"},
                                   {"queue.buffering.max.messages", "200000"},
                                   {"queue.buffering.max.kbytes", "262144"}};
/// A full queue of fetched records pauses the fetching for up to a second: keep it large.
const KafkaProperties kConsumer = {{"fetch.wait.max.ms", "500"},
                                   {"fetch.error.backoff.ms", "50"},
                                   {"queued.min.messages", "100000"},
                                   {"queued.max.messages.kbytes", "65536"},
                                   {"fetch.message.max.bytes", "1048576"}};
/// Eager and dynamic: a cooperative assignment can be lost, a static member does not leave on close. What
/// comes with a new assignment is not fetched before the wait for the old one has ended.
const KafkaProperties kGroup = {{"fetch.wait.max.ms", "100"},
                                {"partition.assignment.strategy", "roundrobin"},
                                {"session.timeout.ms", "6000"},
                                // A member hears of a rebalance by its heartbeat: a hand-over waits for it.
                                {"heartbeat.interval.ms", "300"}};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (opaque) static_cast<KafkaListener*>(opaque)->on_delivery(*message);
}
void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions,
                  void* opaque) {
  static_cast<KafkaListener*>(opaque)->on_rebalance(client, what, partitions);
}
void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  if (opaque) static_cast<KafkaListener*>(opaque)->note_problem(reason, code == RD_KAFKA_RESP_ERR__FATAL);
}
int open_socket(int domain, int type, int protocol, void* opaque) {
  return static_cast<KafkaListener*>(opaque)->fetch_pace().open(domain, type, protocol);
}
int close_socket(int socket, void* opaque) {
  return static_cast<KafkaListener*>(opaque)->fetch_pace().close(socket);
}
/// Else an answer that a quota holds back looks like silence.
void on_throttle(rd_kafka_t*, const char* broker, std::int32_t, int late_ms, void* opaque) {
  if (!opaque || late_ms == 0) return;
  static_cast<KafkaListener*>(opaque)->note_problem(
      std::string(broker) + " answers " + std::to_string(late_ms) + " ms late: a quota of the brokers",
      false);
}

Error bad_property(const KafkaAddress& address, const std::string& name, const std::string& value,
                   std::string why) {
  return {ErrorCode::usage, "the property " + name + " = " + value + " cannot be used: " + std::move(why),
          address.file.empty() ? "the address of the log" : address.file + ": kafka." + name,
          "take it out, or give it another value"};
}

Result<void> set(const KafkaAddress& address, rd_kafka_conf_t* conf, const std::string& name,
                 const std::string& value) {
  std::array<char, kErrorBytes> problem{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), problem.data(), problem.size()) ==
      RD_KAFKA_CONF_OK)
    return {};
  return unexpected(bad_property(address, name, value, problem.data()));
}

/// Other names and spellings of the same.
std::string canonical_name(const std::string& name) {
  if (name == "max.in.flight") return "max.in.flight.requests.per.connection";
  return name == "request.required.acks" ? "acks" : name;
}
bool same_value(const std::string& wanted, const std::string& given) {
  if (wanted == "all") return given == "all" || given == "-1";
  if (wanted == "error") return given == "error" || given == "none";
  return given == wanted;
}

Result<void> keep_safe(const KafkaAddress& address, const KafkaProperties& safe) {
  for (const auto& [name, value] : address.properties)
    for (const auto& [wanted_name, wanted] : safe)
      if (canonical_name(name) == wanted_name && !same_value(wanted, value))
        return unexpected(bad_property(address, name, value,
                                       "records could be lost or read wrongly; it must be " + wanted));
  return {};
}

Result<KafkaConfPtr> make_conf(const KafkaAddress& address, KafkaListener* listener,
                               const std::vector<const KafkaProperties*>& defaults,
                               const KafkaProperties& safe) {
  // Both lists hold for either kind of client: a contradiction is told at once, not by the second client.
  TOONO_TRY(keep_safe(address, kSafeProducer));
  TOONO_TRY(keep_safe(address, kSafeConsumer));
  KafkaConfPtr conf(rd_kafka_conf_new());
  for (const KafkaProperties* some : defaults)
    for (const auto& [name, value] : *some) TOONO_TRY(set(address, conf.get(), name, value));
  for (const auto& [name, value] : address.properties) TOONO_TRY(set(address, conf.get(), name, value));
  for (const auto& [name, value] : safe) TOONO_TRY(set(address, conf.get(), name, value));
  if (!address.brokers.empty()) TOONO_TRY(set(address, conf.get(), "bootstrap.servers", address.brokers));
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  rd_kafka_conf_set_opaque(conf.get(), listener);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_throttle_cb(conf.get(), on_throttle);
  return conf;
}

Result<rd_kafka_t*> start(const KafkaAddress& address, rd_kafka_type_t type, KafkaConfPtr conf) {
  std::array<char, kErrorBytes> problem{};
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), problem.data(), problem.size());
  if (!client && rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
    return unexpected(
        {ErrorCode::world, std::string("the client could not start: ") + problem.data(),
         "this machine's limits for this process",
         "let it have more memory and threads: ulimit -v and -u, MemoryMax= and TasksMax= of its unit"});
  if (!client)
    return unexpected({ErrorCode::usage, std::string("the client could not start: ") + problem.data(),
                       address.file.empty() ? "kafka:" + address.brokers : address.file,
                       "mend the address or its properties"});
  (void)conf.release();  // rd_kafka_new has taken it
  return client;
}

}  // namespace

TopicNames::TopicNames(std::string_view deployment) : deployment_(deployment) {
  journal = deployment_ + ".journal.v1";
  inbox = deployment_ + ".inbox.v1";
  registry_journal = deployment_ + ".registry.journal.v1";
  registry_inbox = deployment_ + ".registry.inbox.v1";
  keys = deployment_ + ".keys.v1";
  events = deployment_ + ".events.v1";
  dead_letters = deployment_ + ".referral.dead.v1";
  engines_group = deployment_ + ".engines.v1";
}
std::string TopicNames::referral_out(ReferralLine line) const {
  return deployment_ + ".referral." + EnumNameReferralLine(line) + ".out.v1";
}
std::string TopicNames::referral_in(ReferralLine line) const {
  return deployment_ + ".referral." + EnumNameReferralLine(line) + ".in.v1";
}

void KafkaListener::on_rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                                 rd_kafka_topic_partition_list_t* partitions) {
  rd_kafka_assign(consumer, what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? partitions : nullptr);
}
std::string KafkaListener::last_problem() const {
  std::scoped_lock guard(mutex_);
  return last_problem_;
}
void KafkaListener::note_problem(std::string_view text, bool fatal) {
  std::scoped_lock guard(mutex_);
  last_problem_ = text;
  if (fatal) fatal_ = true;
}

Result<ProducerPtr> make_producer(const KafkaAddress& address, KafkaListener* listener,
                                  const KafkaProperties& more) {
  TOONO_ASSIGN(auto conf, make_conf(address, listener, {&kCommon, &kProducer, &more}, kSafeProducer));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  TOONO_ASSIGN(auto* client, start(address, RD_KAFKA_PRODUCER, std::move(conf)));
  return ProducerPtr(client);
}

Result<ConsumerPtr> make_consumer(const KafkaAddress& address, KafkaListener* listener,
                                  const std::string& group, const KafkaProperties& more,
                                  Transactions transactions) {
  std::vector<const KafkaProperties*> defaults{&kCommon, &kConsumer};
  if (!group.empty()) defaults.push_back(&kGroup);
  defaults.push_back(&more);
  TOONO_ASSIGN(auto conf, make_conf(address, listener, defaults, kSafeConsumer));
  if (transactions == Transactions::ignore)
    TOONO_TRY(set(address, conf.get(), "isolation.level", "read_uncommitted"));
  // librdkafka assigns nothing without a group's name, even by hand; this one is never joined.
  TOONO_TRY(set(address, conf.get(), "group.id", group.empty() ? address.deployment + ".readers.v1" : group));
  if (!group.empty() && listener) rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  if (listener) {
    rd_kafka_conf_set_socket_cb(conf.get(), open_socket);
    rd_kafka_conf_set_closesocket_cb(conf.get(), close_socket);
  }
  TOONO_ASSIGN(auto* client, start(address, RD_KAFKA_CONSUMER, std::move(conf)));
  rd_kafka_poll_set_consumer(client);
  return ConsumerPtr(client);
}

namespace {
/// The broker is there and lets nobody in: librdkafka goes on trying, and says why in its words alone.
void explain_door(Error& error) {
  auto says = [&](std::string_view words) { return error.what.find(words) != std::string::npos; };
  if (says("SASL authentication error")) {
    error.code = ErrorCode::refused;
    error.next =
        "are sasl.mechanisms, sasl.username and sasl.password of the log's address what the broker knows?";
    // They check the nonce since 4.0; librdkafka sends a right one from 2.6.1 on.
    constexpr int kScramMended = 0x020601ff;
    if (says("SCRAM") && rd_kafka_version() < kScramMended)
      error.next += std::string(" Brokers of 4.0 and later refuse SCRAM from librdkafka ") +
                    rd_kafka_version_str() + ": there take PLAIN over TLS";
  }
  if (says("certificate verify failed")) {
    error.code = ErrorCode::refused;
    error.next =
        "name the authority that signed the broker's certificate in ssl.ca.location of the log's address";
  }
  if (says("Too many open files"))
    error.next = "let this process open more files: ulimit -n, LimitNOFILE= of its unit";
  // An alert is what the broker says of ours.
  if (says("alert bad certificate") || says("alert certificate") || says("alert unknown ca")) {
    error.code = ErrorCode::refused;
    error.next =
        "the broker asks for a certificate that it knows: name it and its key in ssl.certificate.location "
        "and "
        "ssl.key.location of the log's address";
  }
}
}  // namespace

Error kafka_error(const KafkaAddress& address, rd_kafka_resp_err_t code, std::string what,
                  std::string_view where, const KafkaListener* listener) {
  Error error{ErrorCode::world, std::move(what) + ": " + rd_kafka_err2str(code), "kafka:" + address.brokers,
              "try again; if it stays so, look at the broker's log"};
  if (!where.empty()) error.where += ", topic " + std::string(where);
  // What a broker has answered needs no other reason, least of all a connection that fell some time ago.
  const bool is_answer = code > RD_KAFKA_RESP_ERR_NO_ERROR;
  if (std::string problem = listener && !is_answer ? listener->last_problem() : ""; !problem.empty())
    error.what += " (" + problem + ")";
  constexpr std::array kUnreachable{RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
                                    RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT,
                                    RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE};
  constexpr std::array kForbidden{
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION};
  constexpr std::array kMissing{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION};
  auto is_one_of = [code](const auto& codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  if (is_one_of(kUnreachable)) error.next = "is the broker up, and is its address right? Then try again";
  if (is_one_of(kUnreachable)) explain_door(error);
  if (is_one_of(kForbidden)) {
    error.code = ErrorCode::refused;
    error.next = "give this client the rights that docs/operations.md lists for its role";
  }
  if (is_one_of(kMissing)) {
    error.code = ErrorCode::refused;
    error.next = "create the topics once with `toono topics create`, or name the right deployment";
  }
  return error;
}

namespace {
/// Why nobody answers waits for a call that hands it to the listener. Records are never taken by it.
void hear_why(rd_kafka_t* client) {
  if (rd_kafka_type(client) == RD_KAFKA_PRODUCER) {
    rd_kafka_poll(client, 0);
    return;
  }
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  if (rd_kafka_assignment(client, &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  bool reads = PartitionListPtr(assigned)->cnt > 0;
  while (!reads && KafkaMessagePtr(rd_kafka_consumer_poll(client, 0))) {
  }
}

/// Asks once for the whole patience, or where somebody may call it off for a second at a time. A broker that
/// was not reached for a slice is a silent one like one that did not answer in it.
template <class Ask>
rd_kafka_resp_err_t wait_in_slices(const KafkaAddress& address, Ask ask) {
  using Steady = std::chrono::steady_clock;
  const auto until = Steady::now() + std::chrono::milliseconds(address.answer_within_ms);
  while (true) {
    const auto began = Steady::now();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - began).count();
    const int most_ms = address.should_stop ? kFirstSliceMs : address.answer_within_ms;
    const auto slice_ms = std::clamp<std::int64_t>(left, 1, std::max(1, most_ms));
    auto code = ask(static_cast<int>(slice_ms));
    const bool is_silence = code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT;
    const bool was_waited = Steady::now() - began >= std::chrono::milliseconds(slice_ms / 2);
    if (!is_silence || !was_waited || Steady::now() >= until || address.is_called_off()) return code;
  }
}
}  // namespace

Result<MetadataPtr> topic_metadata(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                                   const KafkaListener* listener) {
  const struct rd_kafka_metadata* found = nullptr;
  // A handle of its own for one topic; librdkafka would otherwise ask for all.
  KafkaTopicPtr handle(topic.empty() ? nullptr : rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const bool all = topic.empty();
  auto code = wait_in_slices(address, [&](int within_ms) {
    return rd_kafka_metadata(client, all ? 1 : 0, handle.get(), &found, within_ms);
  });
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    hear_why(client);
    return unexpected(kafka_error(address, code, "the broker does not answer", topic, listener));
  }
  return MetadataPtr(found);
}

Result<int> partition_count(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                            const KafkaListener* listener) {
  TOONO_ASSIGN(auto metadata, topic_metadata(address, client, topic, listener));
  if (metadata->topic_cnt != 1) return 0;
  const auto& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0;
  if (found.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    return unexpected(kafka_error(address, found.err,
                                  "the topic may not be looked at: it takes the right to Describe", topic));
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return unexpected(kafka_error(address, found.err, "the topic cannot be read", topic, listener));
  return found.partition_cnt;
}

std::string lacking_copies(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                           std::optional<std::int32_t> partition) {
  KafkaAddress brief = address;
  brief.answer_within_ms = kFirstSliceMs;
  auto metadata = topic_metadata(brief, client, topic);
  if (!metadata || (*metadata)->topic_cnt != 1) return {};
  const auto& found = (*metadata)->topics[0];
  for (int p = 0; p < found.partition_cnt; ++p) {
    const auto& one = found.partitions[p];
    if ((partition && *partition != one.id) || one.leader < 0 || one.isr_cnt >= one.replica_cnt) continue;
    return fmt::format("only {} of the {} copies of partition {} of {} are in sync", one.isr_cnt,
                       one.replica_cnt, one.id, topic);
  }
  return {};
}

std::vector<const rd_kafka_metadata_partition*> partitions_of(const rd_kafka_metadata_t& cluster,
                                                              const std::string& deployment) {
  std::vector<const rd_kafka_metadata_partition*> all;
  for (int t = 0; t < cluster.topic_cnt; ++t) {
    const auto& topic = cluster.topics[t];
    if (!std::string_view(topic.topic).starts_with(deployment + ".")) continue;
    for (int p = 0; p < topic.partition_cnt; ++p) all.push_back(&topic.partitions[p]);
  }
  return all;
}

namespace {

/// One question about a partition: where it begins or ends, or where the records of a time begin.
struct OffsetQuestion {
  const KafkaAddress& address;
  rd_kafka_t* client;
  const std::string& topic;
  std::int32_t partition;
  const KafkaListener* listener;

  /// RD_KAFKA_OFFSET_BEGINNING, RD_KAFKA_OFFSET_END, or a time: then RD_KAFKA_OFFSET_END says that all
  /// records are older. Not rd_kafka_query_watermark_offsets: with a broker that has just gone it waits past
  /// its time, for ever.
  Result<std::int64_t> ask(std::int64_t which, int within_ms) const {
    auto list = partition_list();
    add_to(list, topic, partition, which);
    auto code = rd_kafka_offsets_for_times(client, list.get(), within_ms);
    const auto& found = list->elems[0];
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = found.err;
    // A question that had no answer in time stands in the list as it was, a time like an offset.
    const bool is_answer = found.offset != which && (found.offset >= 0 || which >= 0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && is_answer) return found.offset;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    // So it calls a partition without a leader too; watermarks() looks which it is.
    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) code = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    return unexpected(
        kafka_error(address, code,
                    (which >= 0 ? "the first record of a time in partition " : "the end of partition ") +
                        std::to_string(partition) + " is not to be had",
                    topic, listener));
  }

  Result<Watermarks> ask_both(int within_ms) const {
    Watermarks marks;
    TOONO_ASSIGN(marks.low, ask(RD_KAFKA_OFFSET_BEGINNING, within_ms));
    TOONO_ASSIGN(marks.high, ask(RD_KAFKA_OFFSET_END, within_ms));
    return marks;
  }
};

Error with_copies(Error error, const OffsetQuestion& question) {
  if (error.code != ErrorCode::world) return error;
  auto lacking = lacking_copies(question.address, question.client, question.topic, question.partition);
  if (lacking.empty()) return error;
  error.what += ": " + lacking;
  error.next = kBringCopiesBack;
  return error;
}

/// A question to a leader that has just died lies there until its time is over: it is asked for short times
/// first, and between them who leads.
template <class Ask>
auto ask_patiently(const OffsetQuestion& question, Ask ask) -> decltype(ask(0)) {
  using Steady = std::chrono::steady_clock;
  const auto& address = question.address;
  const auto until = Steady::now() + std::chrono::milliseconds(address.answer_within_ms);
  for (int slice_ms = kFirstSliceMs;; slice_ms = address.should_stop ? kFirstSliceMs : 2 * slice_ms) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
    KafkaAddress brief = address;
    brief.answer_within_ms = static_cast<int>(std::clamp<std::int64_t>(left, 1, slice_ms));
    auto answer = ask(brief.answer_within_ms);
    if (answer || answer.error().code != ErrorCode::world) return answer;
    if (address.is_called_off()) return answer;
    if (Steady::now() >= until) return unexpected(with_copies(answer.error(), question));
    auto count = partition_count(brief, question.client, question.topic, question.listener);
    if (count && *count <= question.partition) {
      const std::string what = "there is no partition " + std::to_string(question.partition);
      return unexpected(kafka_error(address, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, what, question.topic,
                                    question.listener));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kBetweenSlicesMs));
  }
}

}  // namespace

Result<Watermarks> watermarks(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                              std::int32_t partition, const KafkaListener* listener) {
  const OffsetQuestion question{address, client, topic, partition, listener};
  return ask_patiently(question, [&](int within_ms) { return question.ask_both(within_ms); });
}

Result<std::int64_t> end_offset(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                                std::int32_t partition, const KafkaListener* listener) {
  const OffsetQuestion question{address, client, topic, partition, listener};
  return ask_patiently(question, [&](int within_ms) { return question.ask(RD_KAFKA_OFFSET_END, within_ms); });
}

Result<std::optional<std::int64_t>> offset_since(const KafkaAddress& address, rd_kafka_t* client,
                                                 const std::string& topic, std::int32_t partition,
                                                 std::int64_t time_ms, const KafkaListener* listener) {
  const OffsetQuestion question{address, client, topic, partition, listener};
  TOONO_ASSIGN(auto found,
               ask_patiently(question, [&](int within_ms) { return question.ask(time_ms, within_ms); }));
  return found >= 0 ? std::optional(found) : std::nullopt;
}

PartitionListPtr partition_list() { return PartitionListPtr(rd_kafka_topic_partition_list_new(16)); }
void add_to(const PartitionListPtr& list, const std::string& topic, std::int32_t partition,
            std::int64_t offset) {
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
}

}  // namespace toono
