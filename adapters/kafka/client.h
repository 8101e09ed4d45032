// How a broker is reached: the address, the topics' names, clients with the settings that keep data safe, and
// a broker's way of failing made into Errors. Everything else in adapters/kafka begins here.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/kafka/fetch_pace.h"
#include "adapters/kafka/handles.h"
#include "core/log.h"

namespace toono {

struct KafkaAddress {
  /// HOST:PORT[,HOST:PORT...]
  std::string brokers;
  /// What every topic's name begins with.
  std::string deployment = "toono";
  /// librdkafka's own properties ("security.protocol"), passed through. One that contradicts what data safety
  /// needs (acks, enable.idempotence, check.crcs...) is refused by make_producer and make_consumer.
  std::map<std::string, std::string> properties = {};
  /// The file that they stand in; empty: none.
  std::string file = {};
  /// How long a question (metadata, offsets, Admin API) may wait for its answer.
  int answer_within_ms = 15'000;
  /// Asked about every second while a question or a reader waits for a silent broker: true gives it up, as if
  /// its time were over. On the thread that waits.
  std::function<bool()> should_stop = {};

  bool is_called_off() const { return should_stop && should_stop(); }
};

/// A deployment's topics. The registry's partition stands in topics of its own, as their partition 0.
struct TopicNames {
  explicit TopicNames(std::string_view deployment);
  std::string journal, inbox, registry_journal, registry_inbox;
  std::string keys, events, dead_letters;
  /// The consumer group of the engines: who owns which inbox partition.
  std::string engines_group;

  /// Where a line's partner is told of referrals, and where it tells us.
  std::string referral_out(ReferralLine line) const;
  std::string referral_in(ReferralLine line) const;

 private:
  std::string deployment_;
};

/// What a client tells on the side. Overrides are called inside rd_kafka_poll, rd_kafka_flush or a consume
/// call of the thread that makes it, never from librdkafka's own threads, and may not throw. Outlives its
/// client.
class KafkaListener {
 public:
  KafkaListener() = default;
  virtual ~KafkaListener() = default;
  KafkaListener(const KafkaListener&) = delete;
  KafkaListener& operator=(const KafkaListener&) = delete;

  /// One produced record has been acknowledged, or has failed (message.err).
  virtual void on_delivery(const rd_kafka_message_t& /*message*/) {}
  /// The group gives (RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) or takes; the override must call rd_kafka_assign.
  virtual void on_rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                            rd_kafka_topic_partition_list_t* partitions);

  /// Of a consumer: whoever reads the head of a topic says how much came.
  FetchPace& fetch_pace() { return fetch_pace_; }

  /// The client's last trouble in words ("Connection refused"...), empty if none: it makes a time-out
  /// readable.
  std::string last_problem() const;
  /// The client can do nothing more: only closing it is left.
  bool fatal() const { return fatal_; }

  void note_problem(std::string_view text, bool fatal);

 private:
  FetchPace fetch_pace_;
  mutable std::mutex mutex_;
  std::string last_problem_;
  std::atomic<bool> fatal_ = false;
};

/// What a reader makes of transactions. This program writes none.
enum class Transactions : std::uint8_t {
  keep,  ///< as they ended: one that was given up is not shown, one that is open hides all that is behind it
  ignore,  ///< every record as it stands
};

using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

/// A producer: idempotent, acks=all, so that each partition keeps the order of production. `more` are
/// defaults of the caller's, which the address' properties may change. Always produce to an explicit
/// partition. Error usage: a property is unknown, or contradicts what safety needs.
Result<ProducerPtr> make_producer(const KafkaAddress& address, KafkaListener* listener,
                                  const KafkaProperties& more = {});
/// A consumer: offsets are never committed or reset behind our back, CRCs are checked. With an empty `group`
/// its partitions are assigned by hand (rd_kafka_assign); otherwise they come through on_rebalance.
Result<ConsumerPtr> make_consumer(const KafkaAddress& address, KafkaListener* listener,
                                  const std::string& group = {}, const KafkaProperties& more = {},
                                  Transactions transactions = Transactions::keep);

/// `what` went wrong at `where` (a topic, or empty: the brokers), with librdkafka's words for `code`, and
/// what to do next. Always ErrorCode::world, except for a topic that is not there or may not be used
/// (refused).
Error kafka_error(const KafkaAddress& address, rd_kafka_resp_err_t code, std::string what,
                  std::string_view where = {}, const KafkaListener* listener = nullptr);

/// Everything about one topic, or about all for an empty name. Error world: nobody answers.
Result<MetadataPtr> topic_metadata(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                                   const KafkaListener* listener = nullptr);
/// Partitions of a topic; 0 if it is not there.
Result<int> partition_count(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                            const KafkaListener* listener = nullptr);

/// A partition whose leader is there takes nothing, and tells no end after it has begun to lead, while fewer
/// copies are in sync than min.insync.replicas asks for. librdkafka tries again without a word until the time
/// is over: this says of the first partition that lacks copies (or of that one) how many it has, empty if
/// none does.
std::string lacking_copies(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                           std::optional<std::int32_t> partition = {});
inline constexpr const char* kBringCopiesBack =
    "bring the brokers back that keep the other copies: as long as fewer are in sync than "
    "min.insync.replicas "
    "asks for, nothing is taken there";

/// Those of all topics of a deployment, of metadata about all topics. They last as long as the metadata.
std::vector<const rd_kafka_metadata_partition*> partitions_of(const rd_kafka_metadata_t& cluster,
                                                              const std::string& deployment);

/// The first offset still there, and the one after the last.
struct Watermarks {
  std::int64_t low = 0, high = 0;
};
Result<Watermarks> watermarks(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                              std::int32_t partition, const KafkaListener* listener = nullptr);
/// The last of them alone: one question to the broker instead of two.
Result<std::int64_t> end_offset(const KafkaAddress& address, rd_kafka_t* client, const std::string& topic,
                                std::int32_t partition, const KafkaListener* listener = nullptr);
/// The first record of this time (ms since 1970) or later; none: all are older.
Result<std::optional<std::int64_t>> offset_since(const KafkaAddress& address, rd_kafka_t* client,
                                                 const std::string& topic, std::int32_t partition,
                                                 std::int64_t time_ms,
                                                 const KafkaListener* listener = nullptr);

/// A list for rd_kafka_assign and the like.
PartitionListPtr partition_list();
void add_to(const PartitionListPtr& list, const std::string& topic, std::int32_t partition,
            std::int64_t offset);

}  // namespace toono
