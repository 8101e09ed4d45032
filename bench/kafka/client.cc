#include "bench/kafka/client.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace toono::bench {
namespace {

constexpr int kAdminTimeoutMs = 30'000;

Handle<rd_kafka_t> make_client(rd_kafka_type_t type, const std::string& brokers, Properties properties,
                               const Properties& wished, rd_kafka_conf_t* conf) {
  properties["bootstrap.servers"] = brokers;
  properties["socket.nagle.disable"] = "true";
  properties["log_level"] = "3";  // "coordinator load in progress" at a first start is a retry, not news
  for (const auto& [name, value] : wished) properties[name] = value;
  std::array<char, 512> why{};
  for (const auto& [name, value] : properties)
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      stop("the property " + name, why.data());
  auto* client = rd_kafka_new(type, conf, why.data(), why.size());
  if (!client) stop("a Kafka client", why.data());
  return Handle<rd_kafka_t>(client);
}

struct AdminDeleter {
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
template <class T>
using AdminHandle = std::unique_ptr<T, AdminDeleter>;

/// Waits for the answer to what was asked on `queue`; only `forgiven` may be the answer beside success.
template <class Result, class TopicsOf>
void wait_for_topics(rd_kafka_queue_t* queue, TopicsOf topics_of, rd_kafka_resp_err_t forgiven) {
  AdminHandle<rd_kafka_event_t> event(rd_kafka_queue_poll(queue, kAdminTimeoutMs));
  if (!event) stop("the broker", "gave no answer about topics");
  if (rd_kafka_event_error(event.get())) stop("topics", rd_kafka_event_error_string(event.get()));
  std::size_t count = 0;
  const auto** results = topics_of(event.get(), &count);
  for (std::size_t i = 0; i < count; ++i) {
    auto error = rd_kafka_topic_result_error(results[i]);
    if (error && error != forgiven) stop(rd_kafka_topic_result_name(results[i]), rd_kafka_err2str(error));
  }
}

struct CreatedTopics {
  const rd_kafka_topic_result_t** operator()(rd_kafka_event_t* event, std::size_t* count) const {
    return rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), count);
  }
};
struct DeletedTopics {
  const rd_kafka_topic_result_t** operator()(rd_kafka_event_t* event, std::size_t* count) const {
    return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), count);
  }
};

double per_million(double seconds, std::uint64_t records) {
  return records == 0 ? 0 : seconds * 1e6 / static_cast<double>(records);
}

}  // namespace

void stop(std::string_view what, std::string_view why) {
  fmt::print(stderr, "bench: {}: {}\n", what, why);
  // Threads may be waiting in the library: nothing is torn down.
  std::_Exit(1);
}

void make_topics(const std::string& brokers, const std::vector<std::string>& topics) {
  auto client = make_client(RD_KAFKA_PRODUCER, brokers, {}, {}, rd_kafka_conf_new());
  Handle<rd_kafka_queue_t> queue(rd_kafka_queue_new(client.get()));
  std::array<char, 512> why{};
  std::vector<rd_kafka_NewTopic_t*> wanted;
  for (const auto& topic : topics) {
    wanted.push_back(rd_kafka_NewTopic_new(topic.c_str(), kPartitions, 1, why.data(), why.size()));
    if (!wanted.back()) stop(topic, why.data());
  }
  AdminHandle<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  if (rd_kafka_AdminOptions_set_operation_timeout(options.get(), kAdminTimeoutMs, why.data(), why.size()))
    stop("an operation timeout", why.data());
  rd_kafka_CreateTopics(client.get(), wanted.data(), wanted.size(), options.get(), queue.get());
  wait_for_topics<CreatedTopics>(queue.get(), CreatedTopics{}, RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_NewTopic_destroy_array(wanted.data(), wanted.size());
}

void delete_topics(const std::string& brokers, const std::vector<std::string>& topics) {
  auto client = make_client(RD_KAFKA_PRODUCER, brokers, {}, {}, rd_kafka_conf_new());
  Handle<rd_kafka_queue_t> queue(rd_kafka_queue_new(client.get()));
  std::vector<rd_kafka_DeleteTopic_t*> gone;
  gone.reserve(topics.size());
  for (const auto& topic : topics) gone.push_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  rd_kafka_DeleteTopics(client.get(), gone.data(), gone.size(), nullptr, queue.get());
  wait_for_topics<DeletedTopics>(queue.get(), DeletedTopics{}, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  rd_kafka_DeleteTopic_destroy_array(gone.data(), gone.size());
}

Producer::Producer(const std::string& brokers, const std::string& topic, const Properties& properties) {
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  client_ = make_client(RD_KAFKA_PRODUCER, brokers,
                        {{"acks", "all"},
                         {"enable.idempotence", "true"},
                         {"delivery.report.only.error", "true"},
                         {"queue.buffering.max.messages", "1000000"},
                         {"queue.buffering.max.kbytes", "262144"}},
                        properties, conf);
  topic_.reset(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  if (!topic_) stop(topic, rd_kafka_err2str(rd_kafka_last_error()));
}

void Producer::on_delivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  if (message->err) stop("a delivery", rd_kafka_err2str(message->err));
}

void Producer::send(std::int32_t partition, Bytes record, Bytes key) {
  if (++since_poll_ % 256 == 0) rd_kafka_poll(client_.get(), 0);
  const void* key_at = key.empty() ? nullptr : key.data();
  auto* payload = const_cast<std::uint8_t*>(record.data());  // copied by the flag, whatever the type says
  while (rd_kafka_produce(topic_.get(), partition, RD_KAFKA_MSG_F_COPY, payload, record.size(), key_at,
                          key.size(), nullptr) != 0) {
    auto error = rd_kafka_last_error();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) stop("a record", rd_kafka_err2str(error));
    rd_kafka_poll(client_.get(), 1);
  }
}

void Producer::flush() {
  if (auto error = rd_kafka_flush(client_.get(), kAdminTimeoutMs)) stop("flush", rd_kafka_err2str(error));
}

Consumer::Consumer(const std::string& brokers, const std::string& topic, const Properties& properties) {
  client_ = make_client(RD_KAFKA_CONSUMER, brokers,
                        {{"group.id", "bench-by-hand"},  // asked for by the library, never joined
                         {"enable.auto.commit", "false"},
                         {"auto.offset.reset", "error"},
                         {"check.crcs", "true"},
                         {"fetch.error.backoff.ms", "20"},
                         {"queued.min.messages", "1000000"},
                         {"queued.max.messages.kbytes", "262144"}},
                        properties, rd_kafka_conf_new());
  AdminHandle<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(kPartitions));
  for (std::int32_t p = 0; p < kPartitions; ++p)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  if (auto error = rd_kafka_assign(client_.get(), list.get())) stop(topic, rd_kafka_err2str(error));
  queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
}

Consumer::~Consumer() {
  queue_.reset();
  rd_kafka_consumer_close(client_.get());
}

std::size_t Consumer::take(int wait_ms) {
  // A batch call with a wait would come back only when the array is full: one is waited for, the rest
  // drained.
  auto count = rd_kafka_consume_batch_queue(queue_.get(), wait_ms, batch_.data(), 1);
  if (count == 1) {
    auto more = rd_kafka_consume_batch_queue(queue_.get(), 0, batch_.data() + 1, batch_.size() - 1);
    if (more > 0) count += more;
  }
  if (count < 0) stop("consume", rd_kafka_err2str(rd_kafka_last_error()));
  for (ssize_t i = 0; i < count; ++i)
    if (batch_[static_cast<std::size_t>(i)]->err)
      stop("consume", rd_kafka_message_errstr(batch_[static_cast<std::size_t>(i)]));
  return static_cast<std::size_t>(count);
}

double cpu_seconds_of(int pid) {
  if (pid == 0) return 0;
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string all;
  if (!std::getline(in, all))
    stop("the process to be measured", fmt::format("there is none with id {}", pid));
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
  std::istringstream fields(all.substr(all.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double cpu_seconds_here() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

std::int64_t now_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

void print_table(std::string_view part, std::size_t bytes, std::vector<Figure> figures, bool json) {
  if (!json)
    fmt::print("{:<36}{:>12}{:>8}{:>9}{:>9}{:>13}{:>13}\n", part, "records/s", "MB/s", "p50 ms", "p99 ms",
               "client CPU/M", "broker CPU/M");
  for (auto& figure : figures) {
    auto rate = static_cast<double>(figure.records) / figure.seconds;
    std::sort(figure.latencies.begin(), figure.latencies.end());
    auto count = figure.latencies.size();
    bool timed = count > 0;
    auto p50 = timed ? static_cast<double>(figure.latencies[count / 2]) / 1e6 : 0;
    auto p99 = timed ? static_cast<double>(figure.latencies[count * 99 / 100]) / 1e6 : 0;
    auto client = per_million(figure.client_cpu, figure.records);
    auto broker = per_million(figure.broker_cpu, figure.records);
    if (json)
      fmt::print(R"({{"part":"{}","measure":"{}","records":{},"per_second":{:.0f},"p50_ms":{},"p99_ms":{},)"
                 R"("client_cpu_s_per_million":{:.2f},"broker_cpu_s_per_million":{:.2f}}})"
                 "\n",
                 part, figure.measure, figure.records, rate, timed ? fmt::format("{:.2f}", p50) : "null",
                 timed ? fmt::format("{:.2f}", p99) : "null", client, broker);
    else
      fmt::print("{:<36}{:>12.0f}{:>8.0f}{:>9}{:>9}{:>13.2f}{:>13.2f}\n", figure.measure, rate,
                 rate * static_cast<double>(bytes) / 1e6, timed ? fmt::format("{:.2f}", p50) : "-",
                 timed ? fmt::format("{:.2f}", p99) : "-", client, broker);
  }
}

Arguments::Arguments(int argc, char** argv, const std::map<std::string, std::string>& known)
    : values_(known) {
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    auto found = values_.find(name);
    if (found == values_.end()) {
      std::string names;
      for (const auto& [each, value] : known) names += fmt::format(" {}={}", each, value);
      stop(name, "is not known here; known are" + names);
    }
    if (name == "--json" || name == "--make") {
      found->second = "yes";
    } else if (++i < argc) {
      found->second = argv[i];
    } else {
      stop(name, "wants a value");
    }
  }
}

}  // namespace toono::bench
