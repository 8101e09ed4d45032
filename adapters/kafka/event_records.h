// Public events as records of a topic: headers and value in CloudEvents' binary mode, out and back in.
#pragma once

#include <functional>

#include "adapters/json/cloud_event.h"
#include "adapters/kafka/client.h"

namespace toono {

/// Queues an event; the producer copies it. Its record's time is when the event was recorded.
rd_kafka_resp_err_t produce_event(rd_kafka_t* producer, const std::string& topic, std::int32_t partition,
                                  const CloudEvent& event);

/// A record of a topic of events. Lasts as long as the message.
struct EventRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  /// Without `ce_`; the content type is `datacontenttype`.
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  std::string_view key, value;

  /// Empty when there is none.
  std::string_view attribute(std::string_view name) const;
};
EventRecord event_record(const rd_kafka_message_t& message);

/// The event as one JSON object on one line, as structured_json() prints it. A value that is not JSON is not
/// looked at.
std::string structured_json(const EventRecord& record);

enum class Tail { last_of_each_partition, everything };
/// Reads a topic to its end as it is at the call, or only the last record of each partition; all of one where
/// no record stands last but a transaction's mark.
Result<void> read_events(const KafkaAddress& address, const std::string& topic, int partitions, Tail tail,
                         const std::function<Result<void>(const EventRecord&)>& use);

}  // namespace toono
