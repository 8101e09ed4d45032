// The Kafka binding of CloudEvents (v1.0.2), binary mode.
#include "adapters/kafka/event_records.h"

#include <fmt/format.h>

#include "adapters/json/writer.h"
#include "adapters/kafka/topic_reader.h"

namespace toono {
namespace {

constexpr std::string_view kPrefix = "ce_";
constexpr std::size_t kReadAtOnce = 1000;
constexpr int kWaitMs = 100;

std::string_view text(const void* data, std::size_t size) { return {static_cast<const char*>(data), size}; }

}  // namespace

rd_kafka_resp_err_t produce_event(rd_kafka_t* producer, const std::string& topic, std::int32_t partition,
                                  const CloudEvent& event) {
  auto headers = kafka_headers(event);
  KafkaHeadersPtr list(rd_kafka_headers_new(headers.size()));
  for (const auto& [name, value] : headers)
    rd_kafka_header_add(list.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  auto code = rd_kafka_producev(
      producer, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(event.key.data(), event.key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(event.data.data()), event.data.size()),
      RD_KAFKA_V_TIMESTAMP(event.recorded_at.ms()), RD_KAFKA_V_HEADERS(list.get()), RD_KAFKA_V_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) (void)list.release();  // the producer has taken them
  return code;
}

std::string_view EventRecord::attribute(std::string_view name) const {
  for (const auto& [known, value_of] : attributes)
    if (known == name) return value_of;
  return {};
}

EventRecord event_record(const rd_kafka_message_t& message) {
  EventRecord record{.partition = message.partition,
                     .offset = message.offset,
                     .attributes = {},
                     .key = text(message.key, message.key_len),
                     .value = text(message.payload, message.len)};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    std::string_view key = name;
    if (key.starts_with(kPrefix))
      record.attributes.emplace_back(key.substr(kPrefix.size()), text(value, size));
    if (key == "content-type") record.attributes.emplace_back("datacontenttype", text(value, size));
  }
  return record;
}

std::string structured_json(const EventRecord& record) {
  JsonWriter out;
  out.begin_object();
  for (const auto& [name, value] : record.attributes) out.field(name, value);
  return out.key("data").raw(record.value).end_object().str();
}

namespace {

using UseEvent = std::function<Result<void>(const EventRecord&)>;

/// Partitions from where each begins to its end, and how many records each has given.
struct Stretch {
  std::vector<ReadFrom> from;
  std::vector<std::int64_t> ends;
  std::vector<std::size_t> given;

  void add(ReadFrom one, std::int64_t end) {
    one.passes_holes = true;
    from.push_back(std::move(one));
    ends.push_back(end);
    given.push_back(0);
  }
};

Result<void> read(TopicReader& reader, Stretch& stretch, const UseEvent& use) {
  TOONO_TRY(reader.assign(stretch.from));
  auto complete = [&] {
    for (std::size_t i = 0; i < stretch.ends.size(); ++i)
      if (reader.next_offset(i) < stretch.ends[i]) return false;
    return true;
  };
  for (int silent_ms = 0; !complete();) {
    TOONO_ASSIGN(auto messages, reader.read(kReadAtOnce, kWaitMs));
    silent_ms = messages.empty() ? silent_ms + kWaitMs : 0;
    if (silent_ms > reader.address().answer_within_ms)
      return unexpected(kafka_error(reader.address(), RD_KAFKA_RESP_ERR__TIMED_OUT,
                                    "the topic's end cannot be read", stretch.from.front().topic,
                                    reader.listener()));
    for (const auto& message : messages) {
      if (message.message->offset >= stretch.ends[message.from]) continue;
      ++stretch.given[message.from];
      TOONO_TRY(use(event_record(*message.message)));
    }
  }
  return {};
}

}  // namespace

Result<void> read_events(const KafkaAddress& address, const std::string& topic, int partitions, Tail tail,
                         const UseEvent& use) {
  TOONO_ASSIGN(auto reader, TopicReader::open(address, kBrief));
  Stretch first, rest;
  std::vector<std::int64_t> begins;
  for (int partition = 0; partition < partitions; ++partition) {
    TOONO_ASSIGN(auto marks, watermarks(address, reader->client(), topic, partition, reader->listener()));
    if (marks.low == marks.high) continue;
    first.add({topic, partition, tail == Tail::everything ? marks.low : marks.high - 1}, marks.high);
    begins.push_back(marks.low);
  }
  TOONO_TRY(read(*reader, first, use));
  if (tail == Tail::everything) return {};
  // Where a transaction's mark stands last, the last record is found by reading all of the partition.
  for (std::size_t i = 0; i < begins.size(); ++i)
    if (first.given[i] == 0) rest.add({topic, first.from[i].partition, begins[i]}, first.ends[i]);
  return rest.from.empty() ? Result<void>() : read(*reader, rest, use);
}

}  // namespace toono
