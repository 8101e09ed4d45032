// `toono subscribe`: public events as JSON lines, from the topic, or from an embedded log as they would be
// published.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/commands.h"
#include "adapters/cli/known_registry.h"
#include "adapters/cli/output.h"
#include "adapters/cli/stop.h"
#include "adapters/embedded/reader.h"
#include "adapters/engine/address.h"
#include "adapters/json/asyncapi.h"
#include "adapters/json/nearest.h"
#include "adapters/kafka/subscriber.h"

namespace toono::cli {
namespace {

Result<EventFilter> event_filter_of(const Args& args) {
  EventFilter filter{.types = {}, .entity = args.entity, .station = args.station};
  for (const auto& typed : args.types) {
    auto short_name = event_of_type_name(typed);
    std::string name(short_name.empty() ? std::string_view(typed) : short_name);
    auto known = event_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      auto meant = nearest(name, known);
      return unexpected({ErrorCode::usage, "there is no such event", "--type " + typed,
                         meant.empty() ? "`toono schema --events` lists them"
                                       : fmt::format("did you mean \"{}\"?", meant)});
    }
    filter.types.insert(name);
  }
  bool is_code =
      std::all_of(args.station.begin(), args.station.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_code)
    return unexpected({ErrorCode::usage, "this is not the code of a station", "--station " + args.station,
                       "events name stations by code: `toono stations` lists them"});
  if (!args.entity.empty() && !parse_uuid(args.entity))
    return unexpected({ErrorCode::usage, "this is not an id", "--entity " + args.entity, "give the UUID"});
  return filter;
}

/// An event of a station that was never opened cannot come: nobody should wait for it.
Result<void> check_station(const Args& args, const std::filesystem::path& dir) {
  if (args.station.empty()) return {};
  TOONO_ASSIGN(auto known, registry_of(dir, args.globals.now));
  for (const auto* station : known.registry->now().stations(kBehindAll))
    if (std::to_string(station->id.code()) == args.station) return {};
  return unexpected({ErrorCode::not_found, "there is no such station", "--station " + args.station,
                     "`toono stations` lists them by code and name"});
}

/// A line at once: who reads may be waiting for it.
Result<void> print_line(const std::string& line) {
  print(line);
  return flush_output();
}

Result<int> from_topic(const Args& args, const KafkaAddress& address, EventFilter filter, StopSignals& stop) {
  SubscribeOptions options{.address = address,
                           .filter = std::move(filter),
                           .limit = args.limit,
                           .once = args.once,
                           .stop = StopSignals::came};
  options.address.should_stop = options.stop;
  if (!args.from.empty()) options.from = args.from;
  bool is_cut_off = false;
  auto subscribed = subscribe(options, [&](const EventRecord& record) {
    auto printed = print_line(structured_json(record));
    is_cut_off = !printed;
    return printed;
  });
  if (!subscribed && !is_cut_off && stop.ended(subscribed.error())) return 0;
  TOONO_ASSIGN(auto given, std::move(subscribed));
  if (given == 0 && !args.station.empty())
    warn("no event named station " + args.station + ": is it a code that `toono stations` lists?");
  return 0;
}

bool is_before(const EventsFrom& from, const CloudEvent& event) {
  if (from.recorded_at) return event.recorded_at < *from.recorded_at;
  auto first = from.places.find(event.place.partition);
  return first != from.places.end() && event.place < first->second;
}

/// To the journal's end: an embedded log is read, not followed.
Result<int> from_embedded(const Args& args, const std::filesystem::path& dir, const EventFilter& filter,
                          StopSignals& stop) {
  TOONO_TRY(check_station(args, dir));
  TOONO_ASSIGN(auto reader, embedded::SegmentReader::open(dir));
  PublicFeed feed(reader.partitions());
  EventsFrom from;
  if (!args.from.empty()) {
    TOONO_ASSIGN(from, parse_events_from(args.from, feed.partitions()));
  }
  std::uint64_t given = 0;
  auto is_over = [&] { return stop.came() || (args.limit && given >= *args.limit); };
  auto use = [&](const PublicEvent& told) -> Result<void> {
    const auto& event = told.event;
    if (is_over() || is_before(from, event)) return {};
    if (!filter.passes(event.attribute("type"), event.attribute("subject"), event.attribute("station"),
                       event.data))
      return {};
    ++given;
    return print_line(structured_json(event));
  };
  std::vector<From> all;
  for (int p = feed.partitions(); p >= 0; --p) all.push_back({static_cast<PartitionNumber>(p)});
  Result<void> outcome;
  TOONO_TRY(reader.scan(Topic::journal, all, [&](const LogRecord& record) {
    outcome = feed.take(record, use);
    return outcome.has_value() && !is_over();
  }));
  TOONO_TRY(outcome);
  if (!is_over()) TOONO_TRY(must_hold(feed, from));
  return 0;
}

}  // namespace

Result<int> run_subscribe(const Args& args) {
  TOONO_ASSIGN(auto address, parse_log_address(args.globals.log));
  TOONO_ASSIGN(auto filter, event_filter_of(args));
  StopSignals stop;
  if (address.is_kafka()) return from_topic(args, *address.kafka, std::move(filter), stop);
  return from_embedded(args, address.dir, filter, stop);
}

}  // namespace toono::cli
