// `toono show POSITION` and `toono show` of a command's id: one decision, whatever came of the command.
#include <fmt/format.h>

#include "adapters/cli/access.h"
#include "adapters/cli/event_lines.h"
#include "adapters/cli/show_decision.h"
#include "adapters/query/history.h"
#include "commands/effects.h"
#include "projections/folder.h"
#include "projections/journal_reader.h"

namespace toono::cli {
namespace {

struct ShownDecision {
  Buffer record;
  PartitionNumber partition = 0;
  std::vector<EventLine> events;

  const Decision& decision() const { return *decision_of(record); }
};

std::string place_of(const Asking& asking, const ShownDecision& shown, std::uint64_t seq) {
  return position_name(shown.partition, asking.context.partitions, seq);
}

std::string command_of(const Decision& decision) {
  auto type = static_cast<CommandBody>(decision.command_type());
  return type == CommandBody::NONE ? std::string() : EnumNameCommandBody(type);
}

std::string registry_position(const Decision& decision) {
  return fmt::format("r:{}", decision.registry_seq());
}

/// Words of a case, contact or person are opened as in their history: the access is recorded first.
Result<void> read_events(const Asking& asking, ShownDecision& shown) {
  const auto& decision = shown.decision();
  JsonOptions options;
  Result<void> problem;
  auto kind = decision.entity_kind();
  bool of_people = kind == EntityKind::case_file || kind == EntityKind::contact || kind == EntityKind::person;
  if (!asking.args.purpose.empty() && of_people) {
    TOONO_TRY(record_access(asking, Found{shown.partition, *decision.entity(), kind, std::nullopt}));
    options = opening_seals(asking, problem);
  }
  shown.events = event_lines_of(decision, place_of(asking, shown, decision.seq()), options);
  return problem;
}

std::string json_of(const Asking& asking, const ShownDecision& shown) {
  const auto& decision = shown.decision();
  JsonWriter out;
  out.begin_object().field("kind", "decision").field("state", EnumNameOutcome(decision.outcome()));
  out.field("position", place_of(asking, shown, decision.seq()));
  out.field("hash", to_hex(bytes_of(sha256(shown.record)))).field("prev", to_hex(bytes_of(*decision.prev())));
  out.field("id", to_text(*decision.command_id())).field("command", command_of(decision));
  out.field("command_offset", decision.command_offset());
  out.field("command_hash", to_hex(bytes_of(*decision.command_hash())));
  out.field("entity_kind", EnumNameEntityKind(decision.entity_kind()));
  out.field("entity", to_text(*decision.entity())).field("version", decision.entity_version());
  out.field("occurred_at", to_text(*decision.occurred_at()));
  out.field("recorded_at", to_text(*decision.decided_at()));
  out.field("actor", std::to_string(decision.actor()->number()));
  out.field("station", std::to_string(decision.station()->code()));
  out.field("registry", registry_position(decision)).field("imported", decision.imported());
  out.field("schema_version", decision.schema_version());
  if (decision.first_seq() != 0) out.field("first", place_of(asking, shown, decision.first_seq()));
  if (decision.rejection() != Rejection::none) {
    out.key("rejection").begin_object().field("code", EnumNameRejection(decision.rejection()));
    out.field("message", message_of(decision.rejection())).end_object();
  }
  out.key("events");
  append_event_lines(out, shown.events);
  return out.end_object().str();
}

std::string text_of(const Asking& asking, const ShownDecision& shown) {
  const auto& decision = shown.decision();
  std::string text;
  auto line = [&](std::string_view en, std::string_view zh, const std::string& value) {
    constexpr std::size_t kLabelWidth = 16;
    auto label = asking.say(en, zh);
    text += label + std::string(kLabelWidth - display_width(label), ' ') + "  " + value + "\n";
  };
  line("decision", "决定", place_of(asking, shown, decision.seq()));
  line("hash", "哈希", to_hex(bytes_of(sha256(shown.record))));
  line("prev", "前一条", to_hex(bytes_of(*decision.prev())));
  line("command", "命令", command_of(decision) + "  " + to_text(*decision.command_id()));
  line("outcome", "结果", EnumNameOutcome(decision.outcome()));
  if (decision.rejection() != Rejection::none)
    line("rejection", "原因",
         fmt::format("{}: {}", EnumNameRejection(decision.rejection()), message_of(decision.rejection())));
  if (decision.first_seq() != 0) line("first", "首次", place_of(asking, shown, decision.first_seq()));
  if (!is_nil(*decision.entity()))
    line("about", "对象",
         fmt::format("{}  {}, {} {}", EnumNameEntityKind(decision.entity_kind()), to_text(*decision.entity()),
                     asking.say("version", "版本"), decision.entity_version()));
  line("happened", "发生", to_text(*decision.occurred_at()));
  line("recorded", "记录", to_text(*decision.decided_at()));
  line("by", "由", actor_text(asking, decision.actor()->number(), *decision.station()));
  line("registry", "登记", registry_position(decision));
  return text + "\n" +
         (shown.events.empty() ? asking.say("It led to no event.", "没有产生事件。") + "\n"
                               : cli::text_of(asking, shown.events));
}

Result<int> answer(const Asking& asking, ShownDecision shown) {
  const auto* read = read_record(shown.record);
  if (!read || !read->body_as_Decision())
    return unexpected({ErrorCode::damaged, "a stored decision cannot be read",
                       "partition " + std::to_string(shown.partition),
                       "run `toono verify`; `toono rebuild` makes the store anew from the journal"});
  TOONO_TRY(read_events(asking, shown));
  if (asking.args.globals.json) return print_answer(asking, json_of(asking, shown));
  print(text_of(asking, shown));
  return 0;
}

}  // namespace

Result<int> show_decision(const Asking& asking, std::string_view position) {
  const auto& context = asking.context;
  TOONO_ASSIGN(auto place, parse_position(position, context.partitions));
  TOONO_ASSIGN(auto row, context.store.get(head_key(place.partition)));
  HeadRow head;
  if (row) (void)read_plain(*row, head);
  if (place.seq == 0 || place.seq > head.seq)
    return unexpected({ErrorCode::not_found, "the journal has no such decision", std::string(position),
                       fmt::format("those of this partition are {} to {}",
                                   position_name(place.partition, context.partitions, 1),
                                   position_name(place.partition, context.partitions, head.seq))});
  Progress reading("records looked at", place.seq);
  TOONO_ASSIGN(auto record, decision_at(asking.session.engine().log(), context.partitions, place,
                                        [&](std::uint64_t done) { reading.at(done); }));
  return answer(asking, {.record = std::move(record), .partition = place.partition, .events = {}});
}

Result<std::optional<int>> show_decision_on(const Asking& asking, const CommandId& id) {
  const auto& context = asking.context;
  for (PartitionNumber partition = 0; partition <= context.partitions; ++partition) {
    TOONO_ASSIGN(auto first, stored_outcome(context.store, partition, id));
    if (!first) continue;
    TOONO_ASSIGN(auto row, context.store.get(history_key(partition, first->entity, first->seq)));
    if (!row) return unexpected(damaged_row("entity"));
    Buffer record(bytes_of(*row).begin(), bytes_of(*row).end());
    TOONO_ASSIGN(int code,
                 answer(asking, {.record = std::move(record), .partition = partition, .events = {}}));
    return std::optional(code);
  }
  return std::optional<int>();
}

}  // namespace toono::cli
