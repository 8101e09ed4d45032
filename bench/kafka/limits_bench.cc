// What Kafka itself allows on this machine: the limits that the engine is measured against. Raw produce, raw
// consume, consume and hash (a rebuild can be no faster), and the relay: inbox topic, a thread that copies,
// journal topic, read back, which is the way every command must go.
//   limits_bench --brokers HOST:PORT [--prefix P] [--broker-pid PID] [--records N] [--bytes B] [--seconds S]
//                [--linger-ms L] [--json]
#include "bench/kafka/relay.h"
#include "core/digest.h"

namespace toono::bench {
namespace {

struct Setting {
  std::string brokers, bulk;
  RelaySetting relay;
  int broker_pid = 0;
  std::uint64_t records = 0;
  std::size_t bytes = 0;
  double seconds = 0;
};

Figure produce(const Setting& setting) {
  Producer producer(setting.brokers, setting.bulk, {{"linger.ms", "5"}, {"batch.num.messages", "10000"}});
  Records records(setting.bytes);
  // The first record to a topic waits for metadata and a producer id: not what is asked here.
  for (std::int32_t p = 0; p < kPartitions; ++p) producer.send(p, records.next(0));
  producer.flush();
  return measured("produce, acks=all, idempotent", setting.broker_pid, [&](Figure&) {
    for (std::uint64_t i = 0; i < setting.records; ++i)
      producer.send(static_cast<std::int32_t>(i % kPartitions), records.next(0));
    producer.flush();
    return setting.records;
  });
}

template <class Visit>
Figure consume(std::string measure, const Setting& setting, Visit visit) {
  return measured(std::move(measure), setting.broker_pid, [&](Figure&) {
    Consumer consumer(setting.brokers, setting.bulk, {});
    std::uint64_t count = 0;
    while (count < setting.records + kPartitions)
      if (consumer.poll(10'000, [&](std::int32_t, Bytes record) { visit(record), ++count; }) == 0)
        stop("consume", "nothing came for ten seconds");
    return count;
  });
}

std::vector<Figure> measure_all(const Setting& setting) {
  std::vector<Figure> figures;
  figures.push_back(produce(setting));
  std::uint64_t bytes = 0;
  figures.push_back(consume("consume, with CRC", setting, [&](Bytes record) { bytes += record.size(); }));
  std::uint8_t folded = 0;
  figures.push_back(
      consume("consume and SHA-256", setting, [&](Bytes record) { folded ^= bytes_of(sha256(record))[0]; }));
  // Whoever reads this program's output sees that nothing was optimised away.
  fmt::print(stderr, "read {} bytes, digests fold to {}\n", bytes, folded);
  TwoHops hops(setting.relay);
  (void)hops.in_flight(1024, 2);  // connections, threads and the broker's code warm up
  for (std::uint64_t most : {256, 1024, 4096}) figures.push_back(hops.in_flight(most, setting.seconds));
  figures.push_back(hops.at_rate(1000, setting.seconds));
  return figures;
}

}  // namespace

int run(int argc, char** argv) {
  Arguments arguments(argc, argv,
                      {{"--brokers", ""},
                       {"--prefix", "limits"},
                       {"--broker-pid", "0"},
                       {"--records", "2000000"},
                       {"--bytes", "300"},
                       {"--seconds", "10"},
                       {"--linger-ms", "0"},
                       {"--json", ""}});
  if (!arguments.has("--brokers")) stop("--brokers", "wants HOST:PORT");
  const auto& prefix = arguments["--prefix"];
  Setting setting{.brokers = arguments["--brokers"],
                  .bulk = prefix + ".bulk",
                  .relay = {},
                  .broker_pid = static_cast<int>(arguments.number("--broker-pid")),
                  .records = arguments.number("--records"),
                  .bytes = arguments.number("--bytes"),
                  .seconds = std::stod(arguments["--seconds"])};
  setting.relay = {.brokers = setting.brokers,
                   .inbox = prefix + ".inbox",
                   .journal = prefix + ".journal",
                   .broker_pid = setting.broker_pid,
                   .inbox_bytes = setting.bytes,
                   .journal_bytes = setting.bytes,
                   .linger_ms = arguments["--linger-ms"]};
  std::vector<std::string> topics{setting.relay.inbox, setting.relay.journal, setting.bulk};
  make_topics(setting.brokers, topics);
  auto figures = measure_all(setting);
  delete_topics(setting.brokers, topics);
  print_table("limits", setting.bytes, std::move(figures), arguments.has("--json"));
  return 0;
}

}  // namespace toono::bench

int main(int argc, char** argv) { return toono::bench::run(argc, argv); }
