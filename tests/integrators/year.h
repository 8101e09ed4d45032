// A small year of hotline work: in segment files, as the public events it leads to, and on a broker.
#pragma once

#include "adapters/embedded/reader.h"
#include "adapters/kafka/event_records.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/public_event.h"
#include "adapters/kafka/publisher.h"
#include "adapters/kafka/topics.h"
#include "tests/integrators/shell.h"
#include "tests/kafka/broker.h"

namespace toono {

/// Its data directory; played once a program.
inline const std::filesystem::path& simulated_year() {
  static const TemporaryDirectory place;
  static const std::filesystem::path dir = [] {
    auto played = run({toono_program(), "--log", "embedded:" + place.path().string(), "simulate", "--seed",
                       "7", "--contacts", "400", "--cases", "200"});
    REQUIRE_MESSAGE(played.code == 0, played.err);
    return place.path();
  }();
  return dir;
}

/// A record of the journal with bytes of its own.
struct KeptRecord {
  LogRecord record;
  std::shared_ptr<Buffer> bytes;
};

struct Year {
  PartitionNumber partitions = 0;
  GenesisFacts genesis = {};
  /// The registry's first, each partition in order.
  std::vector<KeptRecord> journal;
  /// By partition, the registry's last.
  std::vector<std::vector<PublicEvent>> events;
  std::size_t event_count = 0, referral_count = 0;

  std::vector<std::string> ids(PartitionNumber partition) const {
    std::vector<std::string> list;
    for (const auto& event : events[partition]) list.emplace_back(event.event.attribute("id"));
    return list;
  }
};

/// What the segment files hold, read once.
inline const Year& year() {
  static const Year kYear = [] {
    auto reader = must(embedded::SegmentReader::open(simulated_year()));
    Year made;
    made.partitions = static_cast<PartitionNumber>(reader.partitions() - 1);
    made.events.resize(reader.partitions());
    std::vector<From> all;
    for (int p = made.partitions; p >= 0; --p) all.push_back({static_cast<PartitionNumber>(p)});
    std::vector<std::vector<KeptRecord>> kept(reader.partitions());
    must(reader.scan(Topic::journal, all, [&](const LogRecord& record) {
      auto bytes = std::make_shared<Buffer>(record.bytes.begin(), record.bytes.end());
      auto copy = record;
      copy.bytes = *bytes;
      kept[record.partition].push_back({copy, bytes});
      return true;
    }));
    made.genesis = facts_of(*genesis_of(*kept[made.partitions].front().bytes));
    PublicFeed feed(reader.partitions());
    for (int p = made.partitions; p >= 0; --p)
      for (auto& record : kept[static_cast<std::size_t>(p)]) {
        must(feed.take(record.record, [&](const PublicEvent& event) -> Result<void> {
          made.events[static_cast<std::size_t>(p)].push_back(event);
          ++made.event_count;
          if (event.line) ++made.referral_count;
          return {};
        }));
        made.journal.push_back(std::move(record));
      }
    return made;
  }();
  return kYear;
}

/// A deployment of its own on the broker that all tests share, with the year's journal in it.
class KafkaYear {
 public:
  KafkaYear() : address(testing::shared_broker().address(testing::unique_deployment())) {
    must(create_topics(address, {.genesis = year().genesis}));
    auto log = open();
    std::size_t waiting = 0;
    for (const auto& kept : year().journal) {
      if (kept.record.offset == 0)
        continue;  // its genesis is there: the same bytes, made from the same facts
      must(log->append(kept.record.partition, kept.record.bytes));
      if (++waiting % 2000 == 0) must(log->settle());
    }
    must(log->settle());
  }
  std::unique_ptr<KafkaLog> open() const { return must(KafkaLog::open({.address = address})); }
  TopicNames topics() const { return TopicNames(address.deployment); }

  KafkaAddress address;
};

/// The year with all its public events on their topics; published once a program.
inline const KafkaYear& published_year() {
  static const auto kPlace = [] {
    auto place = std::make_unique<KafkaYear>();
    auto log = place->open();
    must(publish(*log, log->partitions(), {.address = place->address, .once = true}));
    return place;
  }();
  return *kPlace;
}

}  // namespace toono
