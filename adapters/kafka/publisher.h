// The publisher: follows the journal and tells the world outside, event by event. A process of its own: a
// slow or silent events topic never slows an engine.
//
// It keeps nothing. Where it goes on is read from the topics' own ends, so a crash, or a second publisher
// beside it, gives records twice but never out of order and never a gap: a consumer drops what is not greater
// than the last of its partition.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "adapters/kafka/client.h"
#include "adapters/kafka/public_event.h"

namespace toono {

/// Where a reader of events begins.
struct EventsFrom {
  /// Of everything, whatever stands in the topics.
  bool beginning = false;
  /// Of what was recorded then or later.
  std::optional<Instant> recorded_at = {};
  /// For each partition named, the first place wanted; the others as if nothing had been said.
  std::map<PartitionNumber, EventPlace> places = {};
};
/// `beginning`, an instant, or places with commas between them: `P:SEQ` begins with that decision's events,
/// `P:SEQ:INDEX` behind that event, which the asker has; `r` is the registry's partition. Error usage.
Result<EventsFrom> parse_events_from(std::string_view text, PartitionNumber partitions);
/// For a journal that was read to its end. Error not_found: one of the places is beyond the next record that
/// will come.
Result<void> must_hold(const PublicFeed& journal, const EventsFrom& from);

struct PublishOptions {
  KafkaAddress address = {};
  EventsFrom from = {};
  /// Ends when everything has been told that stood in the journal at the call.
  bool once = false;
  /// Asked every now and then; true ends it in good order.
  std::function<bool()> stop = {};
};

struct Published {
  std::uint64_t events = 0;
  /// Records to partners' topics.
  std::uint64_t referrals = 0;
  std::uint64_t void_count = 0, unknown_count = 0;
  /// The last decision read of each partition, the registry's last.
  std::vector<std::uint64_t> read_to;
  /// Lines whose partner has no topic, though there was something to tell it.
  std::set<ReferralLine> lines_without_topic;
};

/// Publishes `journal`, which has so many partitions with the registry's, to the events topic (one partition
/// for each of the journal's) and the partners' topics. Returns when it was stopped, with `once` at the end.
/// Error not_found: `from` names a place beyond the journal's end; the other partitions were told.
/// Error world: a record's outcome is unknown, start again: it goes on from what is there. Error refused: the
/// topics are of another log, have another number of partitions, or tell what the journal does not hold.
/// Other errors as PublicFeed's and the log's.
Result<Published> publish(Log& journal, PartitionNumber partitions_with_registry,
                          const PublishOptions& options);

}  // namespace toono
