// A reader of the public events: from where, which of them, how many. What a command line or a test does with
// each is its own.
#pragma once

#include "adapters/kafka/event_records.h"
#include "adapters/kafka/publisher.h"

namespace toono {

/// Which events are wanted; what is empty wants all.
struct EventFilter {
  /// Names of events ("OrderDispatched").
  std::set<std::string, std::less<>> types = {};
  /// The entity's id.
  std::string entity = {};
  /// The station that acted, or that the event names as its `station`.
  std::string station = {};

  bool passes(std::string_view type, std::string_view subject, std::string_view acting_station,
              std::string_view data) const;
};

struct SubscribeOptions {
  KafkaAddress address = {};
  /// Nothing said: only what comes from now on.
  std::optional<std::string> from = {};
  EventFilter filter = {};
  /// Ends after so many.
  std::optional<std::uint64_t> limit = {};
  /// Ends at the topic's end as it is at the call.
  bool once = false;
  /// Asked every now and then; true ends it.
  std::function<bool()> stop = {};
};

/// Gives every wanted event once, in order within each partition, until the limit, the end or the stop. The
/// record lasts until `use` returns. Gives how many. Error usage: where to begin cannot be read; not_found:
/// it is beyond the topic's end, told once that was read; refused: there is no events topic; world: the
/// broker.
Result<std::uint64_t> subscribe(const SubscribeOptions& options,
                                const std::function<Result<void>(const EventRecord&)>& use);

}  // namespace toono
