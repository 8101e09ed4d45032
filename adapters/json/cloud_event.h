// A counted decision's events as the world outside gets them: CloudEvents 1.0, without a word of any person.
// Pure: the publisher gives them to a topic, the subscriber prints them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/log.h"
#include "schemas/journal_generated.h"

namespace toono {

/// Where a decision stands in which log.
struct EventOrigin {
  LogId log_id;
  PartitionNumber partition = 0;
  /// Without the registry's, which is partition number `partitions`.
  PartitionNumber partitions = 0;
};

/// An event's place, as its id says it: `partition:seq:index`, in the registry `r:seq:index`.
struct EventPlace {
  PartitionNumber partition = 0;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  auto operator<=>(const EventPlace&) const = default;
};
std::string to_text(const EventPlace& place, PartitionNumber partitions);
/// None: not an id of an event in a log of so many partitions.
std::optional<EventPlace> parse_event_id(std::string_view text, PartitionNumber partitions);

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// CloudEvents 1.0 (github.com/cloudevents/spec, v1.0.2). Attribute names stand without a prefix, `data` is
/// JSON.
struct CloudEvent {
  EventPlace place;
  /// specversion, id, source, type, subject, time, dataschema, then the extensions, in this order. The
  /// registry's have no subject.
  Attributes attributes;
  /// The entity's id: what belongs to one entity stays in order.
  std::string key;
  std::string data;
  /// When it was recorded; never goes back within a partition.
  Instant recorded_at;

  /// Empty when there is no such attribute.
  std::string_view attribute(std::string_view name) const;
};

/// The event at `index` of an accepted decision. None: its type is unknown to this code. `decision` must have
/// been verified.
std::optional<CloudEvent> cloud_event(const EventOrigin& origin, const Decision& decision,
                                      std::uint32_t index);

/// What public events never show though it is not sealed: what was typed about a person, and years of birth.
bool is_hidden_from_public(std::string_view table, std::string_view field);

/// `toono.OrderDispatched.v1`, and back: empty for what is no such name.
std::string event_type_name(std::string_view event);
std::string_view event_of_type_name(std::string_view type);
/// The URI under which the JSON Schema of its data is found in the contract.
std::string event_schema_uri(std::string_view event);

/// The Kafka binding's binary mode (v1.0.2 §3.2): one header an attribute, `ce_` in front, and the content
/// type.
Attributes kafka_headers(const CloudEvent& event);
/// The JSON format (v1.0.2): one object on one line, with `data` inside.
std::string structured_json(const CloudEvent& event);

}  // namespace toono
