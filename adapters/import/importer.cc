#include "adapters/import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "adapters/engine/founding.h"
#include "adapters/json/writer.h"
#include "core/time.h"

namespace toono {
namespace {

const StationId kImportRoot{900000};
constexpr std::size_t kCommandsPerSync = 2000;
/// So many wait for their decisions together on a shared log.
constexpr std::size_t kInFlight = 256;

/// Where the orders of a case go, and who sends them there.
struct Target {
  StationId station, dispatcher;
  StaffId actor;
  Tier tier = Tier::none;
};

/// How the commands of a row went.
struct RowFate {
  bool any_accepted = false;
  std::string refused;
};

/// A command that was given to the edge, or was known to it, and what became of it.
struct UnderWay {
  const PlannedCommand* command = nullptr;  // null: one of the registry's, which are waited for alone
  Sent sent;
  Outcome outcome = Outcome::malformed;
  Rejection rejection = Rejection::none;
};

class Importer {
 public:
  Importer(Engine& engine, Edge& edge, const CaseLog& log, const ImportMapping& mapping, const Sender& sender)
      : engine_(engine),
        edge_(edge),
        log_(log),
        mapping_(mapping),
        sender_(sender),
        fates_(log.good.size()),
        is_here_(log.cases.size()),
        most_under_way_(engine.is_shared() ? kInFlight : 1) {
    engine_.processor().on_answer([this](const Answered& answered) {
      if (auto found = waiting_.find(CommandKey::of(*answered.decision)); found != waiting_.end()) {
        group_[found->second].outcome = answered.decision->outcome();
        group_[found->second].rejection = answered.decision->rejection();
      }
      if (answered.decision->outcome() == Outcome::accepted)
        report_.events += events_of(*answered.decision).size();
    });
  }
  ~Importer() { engine_.processor().on_answer({}); }

  Result<ImportReport> run(const std::vector<PlannedCommand>& plan,
                           const std::function<void(std::uint64_t)>& progress) {
    engine_.set_durable(false);
    auto outcome = run_all(plan, progress);
    engine_.set_durable(true);
    TOONO_TRY(outcome);
    TOONO_TRY(engine_.sync());
    return finish();
  }

 private:
  Result<void> run_all(const std::vector<PlannedCommand>& plan,
                       const std::function<void(std::uint64_t)>& progress) {
    TOONO_TRY(open_stations());
    std::uint64_t done = 0;
    for (const auto& command : plan) {
      TOONO_TRY(fire_due_before(command.at));
      TOONO_TRY(carry_out(command));
      if (++done % kCommandsPerSync == 0) TOONO_TRY(engine_.sync());
      progress(done);
    }
    return settle_group();
  }

  /// Before a row the agenda does what was due by then, and nothing later. An act at the very due is in time.
  /// On a shared log that is the engines' work.
  Result<void> fire_due_before(Instant at) {
    if (engine_.is_shared()) return {};
    auto before = std::min(after(at, -1), engine_.clock().now());
    if (auto due = engine_.processor().agenda().next_due(); due && *due <= before)
      TOONO_TRY(engine_.processor().fire_due(before));
    return {};
  }

  Result<void> carry_out(const PlannedCommand& command) {
    const auto& about = log_.cases[command.case_index];
    auto station = stations_.find(about.station);
    if (station == stations_.end()) {
      refuse(command, "its station is not in the registry, by code or by a name that only one has");
      return {};
    }
    TOONO_TRY(give(line_for(command, about, station->second), &command));
    return group_.size() >= most_under_way_ ? settle_group() : Result<void>();
  }

  /// Of the commands of a row the first that was refused says why.
  void refuse(const PlannedCommand& command, std::string reason) {
    auto& refused = fates_[command.row].refused;
    if (refused.empty()) refused = std::move(reason);
  }

  Result<void> give(const std::string& line, const PlannedCommand* command) {
    TOONO_ASSIGN(auto parsed, parse_line(line));
    TOONO_ASSIGN(auto sent, edge_.hold_patiently(parsed, sender_));
    if (!sent.known) waiting_.emplace(sent.key(), group_.size());
    group_.push_back({.command = command, .sent = std::move(sent)});
    return {};
  }

  /// Waits until all of the group are decided.
  Result<void> await_group() {
    TOONO_ASSIGN(auto not_sent, edge_.release());
    if (!not_sent.empty()) return unexpected(std::move(not_sent.front().error));
    if (!waiting_.empty()) TOONO_TRY(engine_.drain());
    waiting_.clear();
    for (auto& one : group_) TOONO_TRY(look_back(one));
    return {};
  }

  /// A repeat of a refusal counts as one.
  Result<void> look_back(UnderWay& one) {
    if (one.sent.known) {
      one.outcome = *one.sent.known;
    } else if (one.outcome == Outcome::repeated) {
      TOONO_ASSIGN(one.sent.first, edge_.first_decision(one.sent));
    }
    if (one.outcome == Outcome::conflict) one.rejection = Rejection::conflicting_content;
    const auto* first = decision_of(one.sent.first);
    if (one.outcome != Outcome::repeated || !first || first->outcome() != Outcome::rejected) return {};
    one.outcome = Outcome::rejected;
    one.rejection = first->rejection();
    return {};
  }

  Result<void> settle_group() {
    TOONO_TRY(await_group());
    for (const auto& one : group_) {
      if (one.outcome == Outcome::accepted) fates_[one.command->row].any_accepted = true;
      if (one.outcome == Outcome::accepted || one.outcome == Outcome::repeated)
        is_here_[one.command->case_index] = true;
      else
        refuse(*one.command, fmt::format("{}: {}: {}", one.command->name, EnumNameRejection(one.rejection),
                                         message_of(one.rejection)));
    }
    group_.clear();
    return {};
  }

  JsonWriter begin_line(const CommandId& id, std::string_view name, std::optional<Instant> at) const {
    JsonWriter out;
    out.begin_object().field("id", to_text(id)).field("command", name).field("imported", true);
    if (at) out.field("occurred_at", to_text(*at));
    return out;
  }

  std::string line_for(const PlannedCommand& command, const LogCase& about, const Target& target) const {
    auto ids = case_ids(mapping_, about.id);
    auto out = begin_line(command.id, command.name, command.at);
    out.field("actor", std::to_string(target.actor.number()));
    out.field("station", std::to_string(target.dispatcher.code()));
    out.key("body").begin_object();
    if (command.name == "RegisterCase") {
      out.field("programme", "other")
          .field("language", "zh")
          .field("channel", "online")
          .field("foreign_id", about.id);
      return out.end_object().end_object().str();
    }
    out.field("case_id", to_text(ids.case_id));
    if (command.name == "TriageCase") {
      out.field("priority", "ordinary")
          .field("handling_class", "ordinary")
          .field("tier", EnumNameTier(target.tier));
    } else if (command.name == "DispatchOrder") {
      out.field("station", std::to_string(target.station.code())).field("rule", "import");
      if (about.deadline) out.field("due_at", to_text(*about.deadline));
    } else if (command.name == "CloseCase") {
      out.field("outcome", "imported").field("ground", "imported");
    } else {
      out.field("order_id", to_text(ids.order_id));
    }
    if (command.name == "ContactCaller") out.field("outcome", "reached");
    if (command.name == "SubmitResult") out.field("solved", "not_asked");
    if (command.name == "LogProgress") out.field("activity", log_.good[command.row].activity);
    return out.end_object().end_object().str();
  }

  Result<void> open_stations() { return mapping_.create_stations ? create_stations() : know_stations(); }

  /// Every station by code, and by the name that only one has. Its orders come from the station above it.
  Result<void> know_stations() {
    auto registry = engine_.registry().now();
    auto day = day_of(engine_.clock().now());
    std::unordered_map<std::uint32_t, StaffId> first_staff;
    for (const auto& [staff, station] : registry.staff(day)) first_staff.try_emplace(station.code(), staff);
    for (const auto* station : registry.stations(day)) {
      auto dispatcher = is_none(station->parent) ? station->id : station->parent;
      Target target{station->id, dispatcher, first_staff[dispatcher.code()], station->tier};
      stations_.insert_or_assign(std::to_string(station->id.code()), target);
      auto [known, is_new] = by_name_.try_emplace(station->name, target);
      if (!is_new) known->second.station = StationId();
    }
    // A code goes before a name.
    for (const auto& [name, target] : by_name_)
      if (!is_none(target.station)) stations_.try_emplace(name, target);
    return {};
  }

  /// Those that stand under the import root already, and new ones of tier II for every other name.
  Result<void> create_stations() {
    auto registry = engine_.registry().now();
    auto day = day_of(engine_.clock().now());
    if (const auto* root = registry.station(kImportRoot, day); root && root->kind != StationKind::import_root)
      return unexpected({ErrorCode::refused, "the code of the import root belongs to another station",
                         "station " + std::to_string(kImportRoot.code()), "set stations.create = false"});
    auto next = kImportRoot.code() + 1;
    for (const auto* station : registry.stations(day)) {
      if (station->parent == kImportRoot) stations_.emplace(station->name, target_under_root(station->id));
      next = std::max(next, station->id.code() + 1);
    }
    TOONO_TRY(open_station({kImportRoot, "import root", "import_root", StationId{}}));
    for (const auto& about : log_.cases) {
      auto [known, is_new] = stations_.try_emplace(about.station, target_under_root(StationId{next}));
      if (is_new) ++next;
      if (opened_.insert(known->second.station.code()).second)
        TOONO_TRY(open_station({known->second.station, about.station, "imported", kImportRoot}));
    }
    return {};
  }

  static Target target_under_root(StationId station) {
    return {station, kImportRoot, founding_staff(kImportRoot, 1), Tier::II};
  }

  struct NewStation {
    StationId id;
    std::string name;
    const char* kind;
    StationId parent;
  };
  /// The station and its first member of staff, as far as they are not there. Both hold from before every
  /// log.
  Result<void> open_station(const NewStation& station) {
    auto registry = engine_.registry().now();
    auto day = day_of(engine_.clock().now());
    auto code = std::to_string(station.id.code());
    if (!registry.station(station.id, day)) {
      auto out = begin_line(import_id(mapping_, "station", code), "OpenStation", std::nullopt);
      out.key("body").begin_object().field("station", code).field("name", station.name);
      out.field("tier", is_none(station.parent) ? "I" : "II")
          .field("kind", station.kind)
          .field("valid_from", "1900-01-01");
      if (!is_none(station.parent)) out.field("parent", std::to_string(station.parent.code()));
      TOONO_TRY(registry_command(out.end_object().end_object().str(), code));
    }
    auto staff = founding_staff(station.id, 1);
    if (registry.knows_staff(staff)) return {};
    auto out = begin_line(import_id(mapping_, "staff", code), "AppointStaff", std::nullopt);
    out.key("body").begin_object().field("staff", std::to_string(staff.number()));
    out.field("station", code).field("valid_from", "1900-01-01");
    return registry_command(out.end_object().end_object().str(), code);
  }

  Result<void> registry_command(const std::string& line, const std::string& name) {
    TOONO_TRY(give(line, nullptr));
    TOONO_TRY(await_group());
    auto [outcome, rejection] = std::pair(group_.back().outcome, group_.back().rejection);
    group_.clear();
    if (outcome == Outcome::accepted || outcome == Outcome::repeated) return {};
    return unexpected({ErrorCode::refused,
                       std::string("the station could not be opened: ") + std::string(message_of(rejection)),
                       "station " + name, "open it with OpenStation and set stations.create = false"});
  }

  ImportReport finish() {
    report_.rows = log_.rows;
    report_.cases = static_cast<std::uint64_t>(std::count(is_here_.begin(), is_here_.end(), true));
    report_.rejects = log_.rejected;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
      if (!fates_[i].refused.empty())
        report_.rejects.push_back({log_.good[i].number, fates_[i].refused});
      else if (fates_[i].any_accepted)
        ++report_.accepted;
      else
        ++report_.repeated;
    }
    std::sort(report_.rejects.begin(), report_.rejects.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    report_.rejected = report_.rejects.size();
    return report_;
  }

  Engine& engine_;
  Edge& edge_;
  const CaseLog& log_;
  const ImportMapping& mapping_;
  Sender sender_;
  std::vector<RowFate> fates_;
  std::vector<bool> is_here_;  // cases of which at least one command was taken, now or by an earlier run
  std::unordered_map<std::string, Target> stations_, by_name_;
  std::set<std::uint32_t> opened_;
  ImportReport report_;
  /// In the order of the plan; and where in it those are that wait for their decisions.
  std::vector<UnderWay> group_;
  std::unordered_map<CommandKey, std::size_t, CommandKey::Hash> waiting_;
  /// On the embedded log each is decided before the next: there what is due comes between two of them.
  std::size_t most_under_way_;
};

}  // namespace

ImportReport dry_run(const CaseLog& log) {
  ImportReport report;
  report.rows = log.rows;
  report.cases = log.cases.size();
  report.rejects = log.rejected;
  report.rejected = log.rejected.size();
  report.accepted = log.good.size();
  return report;
}

Result<ImportReport> run_import(Engine& engine, Edge& edge, const CaseLog& log, const ImportMapping& mapping,
                                const Sender& sender, const std::function<void(std::uint64_t)>& progress) {
  return Importer(engine, edge, log, mapping, sender).run(plan_import(log, mapping), progress);
}

}  // namespace toono
