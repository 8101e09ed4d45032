// Doubles are dropped here as docs/integrators.md tells every consumer to do: an event that is not greater
// than the last of its partition has been seen.
#include "adapters/kafka/subscriber.h"

#include <fmt/format.h>

#include "adapters/kafka/topic_reader.h"

namespace toono {
namespace {

constexpr std::size_t kEventsAtOnce = 1000;
constexpr int kEventWaitMs = 200;

class Subscription {
 public:
  Subscription(const SubscribeOptions& options, std::unique_ptr<TopicReader> reader)
      : options_(options),
        topic_(TopicNames(options.address.deployment).events),
        reader_(std::move(reader)) {}

  Result<void> begin() {
    TOONO_ASSIGN(auto count,
                 partition_count(options_.address, reader_->client(), topic_, reader_->listener()));
    if (count < 2)
      return unexpected(
          {ErrorCode::refused, "there are no public events here",
           fmt::format("kafka:{}, topic {}", options_.address.brokers, topic_),
           "name the right deployment; `toono topics create` makes the topic, `toono publish` fills it"});
    registry_ = static_cast<PartitionNumber>(count - 1);
    last_.resize(static_cast<std::size_t>(count));
    if (options_.from) {
      TOONO_ASSIGN(from_, parse_events_from(*options_.from, registry_));
    }
    std::vector<ReadFrom> places;
    for (int partition = 0; partition < count; ++partition) {
      TOONO_ASSIGN(auto marks,
                   watermarks(options_.address, reader_->client(), topic_, partition, reader_->listener()));
      places.push_back({topic_, partition, options_.from ? marks.low : marks.high, true});
      ends_.push_back(marks.high);
    }
    if (from_.recorded_at) TOONO_TRY(find_times(places));
    return reader_->assign(std::move(places));
  }

  Result<std::uint64_t> run(const std::function<Result<void>(const EventRecord&)>& use) {
    std::uint64_t given = 0;
    for (bool was_at_end = false; !(options_.stop && options_.stop());) {
      if (!was_at_end && at_end()) {
        TOONO_TRY(must_hold());
        if (options_.once) return given;
        was_at_end = true;
      }
      TOONO_ASSIGN(auto messages, reader_->read(kEventsAtOnce, kEventWaitMs));
      for (const auto& message : messages) {
        if (options_.limit && given >= *options_.limit) return given;
        auto record = event_record(*message.message);
        if (!is_wanted(record)) continue;
        TOONO_TRY(use(record));
        ++given;
      }
      if (options_.limit && given >= *options_.limit) return given;
    }
    return given;
  }

 private:
  /// A record's time is when its event was recorded, which never goes back within a partition.
  Result<void> find_times(std::vector<ReadFrom>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      TOONO_ASSIGN(auto found, offset_since(options_.address, reader_->client(), topic_, places[i].partition,
                                            from_.recorded_at->ms(), reader_->listener()));
      places[i].offset = found.value_or(ends_[i]);
    }
    return {};
  }

  bool at_end() const {
    for (std::size_t i = 0; i < ends_.size(); ++i)
      if (reader_->next_offset(i) < ends_[i]) return false;
    return true;
  }

  /// An event that is further than the next one may never come: nobody should wait for it. A partition whose
  /// events have all been removed does not say how far it went.
  Result<void> must_hold() const {
    auto name = [this](PartitionNumber partition, std::uint64_t seq) {
      return fmt::format("{}:{}", partition_text(partition, registry_), seq);
    };
    for (const auto& [partition, first] : from_.places) {
      const auto& last = last_[partition];
      if (!last && ends_[partition] > 0) continue;
      const std::uint64_t next = last ? last->seq + 1 : 1;
      if (first <= EventPlace{partition, next, 0}) continue;
      return unexpected(
          {ErrorCode::not_found,
           last ? "the public events of this partition end with " + to_text(*last, registry_)
                : "there is no public event of this partition",
           "--from " + name(partition, first.seq),
           fmt::format("say {} to wait for what comes next, or let `toono publish` tell the rest first",
                       name(partition, next))});
    }
    return {};
  }

  bool is_wanted(const EventRecord& record) {
    auto place = parse_event_id(record.attribute("id"), registry_);
    if (!place || place->partition != record.partition) return false;  // not one of ours
    auto& last = last_[place->partition];
    if (last && *place <= *last) return false;
    last = *place;
    auto first = from_.places.find(place->partition);
    if (first != from_.places.end() && *place < first->second) return false;
    return options_.filter.passes(record.attribute("type"), record.attribute("subject"),
                                  record.attribute("station"), record.value);
  }

  const SubscribeOptions& options_;
  std::string topic_;
  std::unique_ptr<TopicReader> reader_;
  PartitionNumber registry_ = 0;
  EventsFrom from_;
  std::vector<std::int64_t> ends_;
  std::vector<std::optional<EventPlace>> last_;
};

}  // namespace

bool EventFilter::passes(std::string_view type, std::string_view subject, std::string_view acting_station,
                         std::string_view data) const {
  if (!types.empty() && !types.contains(event_of_type_name(type))) return false;
  if (!entity.empty() && subject != entity) return false;
  // The data is as this program printed it, so its station stands in this form.
  return station.empty() || acting_station == station ||
         data.find(fmt::format("\"station\":\"{}\"", station)) != std::string_view::npos;
}

Result<std::uint64_t> subscribe(const SubscribeOptions& options,
                                const std::function<Result<void>(const EventRecord&)>& use) {
  // At the end there may be a transaction's mark, and no record.
  TOONO_ASSIGN(auto reader, TopicReader::open(options.address, {{"enable.partition.eof", "true"}}));
  Subscription subscription(options, std::move(reader));
  TOONO_TRY(subscription.begin());
  return subscription.run(use);
}

}  // namespace toono
