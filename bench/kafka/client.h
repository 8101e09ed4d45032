// The least that a bench needs of librdkafka: a producer, a consumer of whole topics, topics made and
// deleted. Apart from adapters/kafka on purpose: the limit must not be measured through what is measured
// against it. A bench that meets an error has measured nothing: every function prints it and ends the
// program.
#pragma once

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace toono::bench {

inline constexpr std::int32_t kPartitions = 12;

/// librdkafka's own names; what is given here wins over what the bench sets.
using Properties = std::map<std::string, std::string>;

[[noreturn]] void stop(std::string_view what, std::string_view why);

struct Deleter {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
template <class T>
using Handle = std::unique_ptr<T, Deleter>;

/// Makes `topics` with kPartitions each, one replica; deletes them. Waits until the broker has done so.
void make_topics(const std::string& brokers, const std::vector<std::string>& topics);
void delete_topics(const std::string& brokers, const std::vector<std::string>& topics);

/// Idempotent, acks=all, to one topic. send() from one thread.
class Producer {
 public:
  Producer(const std::string& brokers, const std::string& topic, const Properties& properties);
  /// Copies the record (and its key); waits while the queue is full.
  void send(std::int32_t partition, Bytes record, Bytes key = {});
  /// Until everything sent is delivered. A failed delivery ends the program.
  void flush();

 private:
  static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);

  Handle<rd_kafka_t> client_;
  Handle<rd_kafka_topic_t> topic_;
  std::uint32_t since_poll_ = 0;
};

/// Reads all partitions of a topic from their beginning, with CRC check, assigned by hand.
class Consumer {
 public:
  Consumer(const std::string& brokers, const std::string& topic, const Properties& properties);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Waits up to `wait_ms` for one record, then takes what is there: visit(partition, bytes). How many.
  template <class Visit>
  std::size_t poll(int wait_ms, Visit visit) {
    auto count = take(wait_ms);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& message = *batch_[i];
      visit(message.partition, Bytes(static_cast<const std::uint8_t*>(message.payload), message.len));
      rd_kafka_message_destroy(batch_[i]);
    }
    return count;
  }

 private:
  std::size_t take(int wait_ms);

  Handle<rd_kafka_t> client_;
  Handle<rd_kafka_queue_t> queue_;
  std::array<rd_kafka_message_t*, 4096> batch_{};
};

/// CPU seconds that a process has used so far, all threads, system time included; 0 when pid is 0.
double cpu_seconds_of(int pid);
double cpu_seconds_here();
/// Of the steady clock.
std::int64_t now_ns();

/// One line of the answer.
struct Figure {
  std::string measure;
  std::uint64_t records = 0;
  double seconds = 0;
  /// ns; empty where latency means nothing.
  std::vector<std::int64_t> latencies = {};
  double client_cpu = 0, broker_cpu = 0;
};
/// `part` goes into every JSON line; bytes is the size of a record.
void print_table(std::string_view part, std::size_t bytes, std::vector<Figure> figures, bool json);

/// --name VALUE pairs and flags; an unknown name ends the program with the list of those known.
class Arguments {
 public:
  Arguments(int argc, char** argv, const std::map<std::string, std::string>& known);
  const std::string& operator[](const std::string& name) const { return values_.at(name); }
  std::uint64_t number(const std::string& name) const { return std::stoull(values_.at(name)); }
  bool has(const std::string& name) const { return !values_.at(name).empty(); }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace toono::bench
