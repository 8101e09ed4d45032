// Reads the ends of the topics, then the journal from its beginning: what has been told is passed over, the
// rest is told in order.
#include "adapters/kafka/publisher.h"

#include <fmt/format.h>

#include "adapters/kafka/event_records.h"
#include "core/time.h"

namespace toono {
namespace {

constexpr int kPublishWaitMs = 100;
constexpr int kPublishFlushMs = 60'000;

/// The last event told to a topic, and the command that it says led to it.
struct LastTold {
  EventPlace place;
  std::string command;
};
/// By partition of the journal.
using Told = std::vector<std::optional<LastTold>>;

/// An idempotent producer of events; what was not acknowledged ends it.
class EventProducer final : public KafkaListener {
 public:
  static Result<std::unique_ptr<EventProducer>> open(const KafkaAddress& address) {
    std::unique_ptr<EventProducer> made(new EventProducer(address));
    TOONO_ASSIGN(made->client_, make_producer(address, made.get(), {{"linger.ms", "5"}}));
    return made;
  }

  Result<void> write(const std::string& topic, std::int32_t partition, const CloudEvent& event) {
    for (;;) {
      auto code = produce_event(client_.get(), topic, partition, event);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return unexpected(
            kafka_error(address_, code, what_of(code, "an event could not be sent"), topic, this));
      rd_kafka_poll(client_.get(), kPublishWaitMs);
      TOONO_TRY(trouble());
    }
    rd_kafka_poll(client_.get(), 0);
    return trouble();
  }

  Result<void> settle() {
    auto code = rd_kafka_flush(client_.get(), kPublishFlushMs);
    TOONO_TRY(trouble());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return unexpected(kafka_error(address_, code, "events were not acknowledged", {}, this));
  }

  Result<void> poll() {
    rd_kafka_poll(client_.get(), 0);
    return trouble();
  }
  rd_kafka_t* client() { return client_.get(); }

  void on_delivery(const rd_kafka_message_t& message) override {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR || failed_) return;
    failed_ = kafka_error(address_, message.err, what_of(message.err, "an event was not acknowledged"),
                          message.rkt ? rd_kafka_topic_name(message.rkt) : "", this);
    if (failed_->code != ErrorCode::refused)
      failed_->next = "start `toono publish` again: it goes on from what stands in the topic";
  }

 private:
  explicit EventProducer(KafkaAddress address) : address_(std::move(address)) {}
  static const char* what_of(rd_kafka_resp_err_t code, const char* otherwise) {
    return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ? "this topic may not be written" : otherwise;
  }
  Result<void> trouble() const { return failed_ ? Result<void>(unexpected(*failed_)) : Result<void>(); }

  KafkaAddress address_;
  ProducerPtr client_;
  std::optional<Error> failed_;
};

/// One topic of events and how far it has been told.
struct Outlet {
  std::string topic;
  int partitions = 0;
  Told told;
};

class Publisher {
 public:
  Publisher(PartitionNumber partitions_with_registry, const PublishOptions& options)
      : options_(options), feed_(partitions_with_registry), names_(options.address.deployment) {}

  Result<void> open() {
    TOONO_ASSIGN(producer_, EventProducer::open(options_.address));
    TOONO_TRY(open_events());
    for (auto line : EnumValuesReferralLine()) TOONO_TRY(open_line(line));
    return {};
  }

  Result<void> take(const LogRecord& record) {
    return feed_.take(record, [this](const PublicEvent& event) { return tell(event); });
  }
  Result<void> poll() { return producer_->poll(); }

  /// Once the journal has been read to its end.
  Result<void> must_reach_all() const {
    TOONO_TRY(must_hold(feed_, options_.from));
    TOONO_TRY(must_reach(events_));
    for (const auto& [line, outlet] : lines_) TOONO_TRY(must_reach(outlet));
    return {};
  }

  Result<Published> finish() {
    TOONO_TRY(producer_->settle());
    published_.void_count = feed_.void_count();
    published_.unknown_count = feed_.unknown_count();
    for (PartitionNumber p = 0; p <= feed_.partitions(); ++p) published_.read_to.push_back(feed_.seq(p));
    return published_;
  }

 private:
  Result<void> open_events() {
    auto whole = feed_.partitions() + 1;
    TOONO_ASSIGN(auto count, partition_count(options_.address, producer_->client(), names_.events));
    if (count != whole)
      return unexpected({ErrorCode::refused,
                         count == 0
                             ? "there is no topic for events"
                             : fmt::format("the events topic has {} partitions and not {}", count, whole),
                         fmt::format("kafka:{}, topic {}", options_.address.brokers, names_.events),
                         "make it with `toono topics create`: one partition for each of the journal's"});
    events_ = {names_.events, count, Told(static_cast<std::size_t>(whole))};
    return read_told(events_, Tail::last_of_each_partition);
  }

  Result<void> open_line(ReferralLine line) {
    auto topic = names_.referral_out(line);
    TOONO_ASSIGN(auto count, partition_count(options_.address, producer_->client(), topic));
    if (count == 0) return {};
    Outlet outlet{topic, count, Told(feed_.partitions() + 1u)};
    // Its partitions hold events of several of the journal's: all of it is read; referrals are few.
    TOONO_TRY(read_told(outlet, Tail::everything));
    lines_[line] = std::move(outlet);
    return {};
  }

  Result<void> read_told(Outlet& outlet, Tail tail) {
    return read_events(
        options_.address, outlet.topic, outlet.partitions, tail, [&](const EventRecord& record) {
          auto place = parse_event_id(record.attribute("id"), feed_.partitions());
          // Who begins at the beginning may write behind what nobody can read, but never into another log's.
          if (!place && options_.from.beginning) return Result<void>();
          if (!place)
            return unexpected_record(outlet.topic, record, "a record that is no event of this journal");
          auto source = std::string(record.attribute("source"));
          if (source_.empty()) source_ = source;
          if (source != source_) return unexpected_record(outlet.topic, record, "an event of another log");
          auto& last = outlet.told[place->partition];
          if (!options_.from.beginning && (!last || last->place < *place))
            last = {*place, std::string(record.attribute("commandid"))};
          return Result<void>();
        });
  }
  Result<void> unexpected_record(const std::string& topic, const EventRecord& record,
                                 std::string what) const {
    return unexpected({ErrorCode::refused, std::move(what) + " stands in the topic",
                       fmt::format("kafka:{}, topic {}, partition {}, offset {}", options_.address.brokers,
                                   topic, record.partition, record.offset),
                       "name the right deployment, or say where to begin with --from"});
  }

  /// Whether it was said where to begin in this partition: then what stands in the topics does not matter.
  bool is_chosen(PartitionNumber partition) const {
    return options_.from.recorded_at || options_.from.places.contains(partition);
  }

  /// Whether an event is still to be told to a topic.
  Result<bool> is_wanted(const CloudEvent& event, const Outlet& outlet) const {
    const auto& from = options_.from;
    if (from.recorded_at) return event.recorded_at >= *from.recorded_at;
    if (auto first = from.places.find(event.place.partition); first != from.places.end())
      return event.place >= first->second;
    const auto& last = outlet.told[event.place.partition];
    if (last && event.place == last->place && event.attribute("commandid") != last->command)
      return unexpected(another_history(
          outlet, fmt::format("event {} is of another command in the topic than in the journal: the journal "
                              "was cut and went on another way",
                              event.attribute("id"))));
    return !last || event.place > last->place;
  }

  Result<void> must_reach(const Outlet& outlet) const {
    for (PartitionNumber p = 0; p <= feed_.partitions(); ++p) {
      const auto& last = outlet.told[p];
      if (!last || is_chosen(p) || last->place.seq <= feed_.seq(p)) continue;
      return unexpected(another_history(
          outlet, fmt::format("it tells of record {} of partition {}, and the journal ends at record {}: the "
                              "journal was cut",
                              last->place.seq, partition_text(p, feed_.partitions()), feed_.seq(p))));
    }
    return {};
  }

  /// Consumers have seen what the journal lacks, and drop what comes in its place.
  Error another_history(const Outlet& outlet, std::string what) const {
    return {ErrorCode::refused, std::move(what),
            fmt::format("kafka:{}, topic {}", options_.address.brokers, outlet.topic),
            "restore the journal; if it is to stay as it is, remove the topic, make it with `toono topics "
            "create`, publish, and have consumers begin anew"};
  }

  Result<void> tell(const PublicEvent& event) {
    if (!source_.empty() && event.event.attribute("source") != source_)
      return unexpected({ErrorCode::refused, "the events topic is of another log than the journal",
                         fmt::format("kafka:{}, topic {}", options_.address.brokers, names_.events),
                         "name the right deployment; a topic of another log is never written to"});
    auto from = event.event.place.partition;
    TOONO_ASSIGN(bool wanted, is_wanted(event.event, events_));
    if (wanted) {
      TOONO_TRY(producer_->write(events_.topic, from, event.event));
      ++published_.events;
    }
    return event.line ? tell_partner(*event.line, event.event) : Result<void>();
  }

  Result<void> tell_partner(ReferralLine line, const CloudEvent& event) {
    auto found = lines_.find(line);
    if (found == lines_.end()) {
      published_.lines_without_topic.insert(line);
      return {};
    }
    auto from = event.place.partition;
    TOONO_ASSIGN(bool wanted, is_wanted(event, found->second));
    if (!wanted) return {};
    TOONO_TRY(producer_->write(found->second.topic, from % found->second.partitions, event));
    ++published_.referrals;
    return {};
  }

  const PublishOptions& options_;
  PublicFeed feed_;
  TopicNames names_;
  std::unique_ptr<EventProducer> producer_;
  Outlet events_;
  std::map<ReferralLine, Outlet> lines_;
  std::string source_;
  Published published_;
};

Error not_a_beginning(std::string_view text) {
  return {
      ErrorCode::usage, "this is no place to begin", std::string(text),
      "say beginning, an instant, PARTITION:SEQ, or the ids of the last events that you have: 0:41:2,r:7:0"};
}

/// `P:SEQ` or `P:SEQ:INDEX`.
std::optional<EventPlace> parse_first_wanted(std::string_view text, PartitionNumber partitions) {
  if (std::count(text.begin(), text.end(), ':') == 1)
    return parse_event_id(std::string(text) + ":0", partitions);
  auto last = parse_event_id(text, partitions);
  if (last) ++last->index;
  return last;
}

}  // namespace

Result<EventsFrom> parse_events_from(std::string_view text, PartitionNumber partitions) {
  EventsFrom from;
  if (text == "beginning") {
    from.beginning = true;
    return from;
  }
  if (auto at = parse_instant(text)) {
    from.recorded_at = *at;
    return from;
  }
  if (auto day = parse_day(text)) {
    from.recorded_at = start_of(*day);
    return from;
  }
  for (std::string_view rest = text;;) {
    auto comma = rest.find(',');
    auto place = parse_first_wanted(rest.substr(0, comma), partitions);
    if (!place) return unexpected(not_a_beginning(text));
    if (!from.places.emplace(place->partition, *place).second)
      return unexpected({ErrorCode::usage,
                         "partition " + partition_text(place->partition, partitions) + " is named twice",
                         std::string(text), "name each partition once"});
    if (comma == std::string_view::npos) return from;
    rest.remove_prefix(comma + 1);
  }
}

Result<void> must_hold(const PublicFeed& journal, const EventsFrom& from) {
  auto name = [&](PartitionNumber partition, std::uint64_t seq) {
    return fmt::format("{}:{}", partition_text(partition, journal.partitions()), seq);
  };
  for (const auto& [partition, place] : from.places)
    if (place > EventPlace{partition, journal.seq(partition) + 1, 0})
      return unexpected({ErrorCode::not_found, "the journal has no such record",
                         "--from " + name(partition, place.seq),
                         "the last one of this partition is " + name(partition, journal.seq(partition))});
  return {};
}

Result<Published> publish(Log& journal, PartitionNumber partitions_with_registry,
                          const PublishOptions& options) {
  Publisher publisher(partitions_with_registry, options);
  TOONO_TRY(publisher.open());
  auto stopped = [&] { return options.stop && options.stop(); };
  std::vector<From> from;
  // The registry's first: the genesis of the log is there.
  for (int p = partitions_with_registry - 1; p >= 0; --p) from.push_back({static_cast<PartitionNumber>(p)});
  Result<void> outcome;
  TOONO_TRY(journal.scan(Topic::journal, from, [&](const LogRecord& record) {
    outcome = publisher.take(record);
    return outcome.has_value() && !stopped();
  }));
  TOONO_TRY(outcome);
  if (!stopped()) TOONO_TRY(publisher.must_reach_all());
  while (!options.once && !stopped()) {
    TOONO_ASSIGN(auto records, journal.settle());
    for (const auto& record : records) TOONO_TRY(publisher.take(record));
    TOONO_TRY(publisher.poll());
  }
  return publisher.finish();
}

}  // namespace toono
