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

class Importer {
 public:
  Importer(Engine& engine, Edge& edge, const CaseLog& log, const ImportMapping& mapping, const Sender& sender)
      : engine_(engine),
        edge_(edge),
        log_(log),
        mapping_(mapping),
        sender_(sender),
        fates_(log.good.size()),
        is_here_(log.cases.size()) {
    engine_.processor().on_answer([this](const Answered& answered) {
      if (*answered.decision->command_id() == waiting_) {
        outcome_ = answered.decision->outcome();
        rejection_ = answered.decision->rejection();
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
      // Before a row the agenda does what was due by then, and nothing later. An act at the very due is in
      // time.
      auto before = std::min(after(command.at, -1), engine_.clock().now());
      if (auto due = engine_.processor().agenda().next_due(); due && *due <= before)
        TOONO_TRY(engine_.processor().fire_due(before));
      TOONO_TRY(carry_out(command));
      if (++done % kCommandsPerSync == 0) TOONO_TRY(engine_.sync());
      progress(done);
    }
    return {};
  }

  Result<void> carry_out(const PlannedCommand& command) {
    auto& fate = fates_[command.row];
    const auto& about = log_.cases[command.case_index];
    auto station = stations_.find(about.station);
    if (station == stations_.end()) {
      if (fate.refused.empty())
        fate.refused = "its station is not in the registry, by code or by a name that only one has";
      return {};
    }
    TOONO_ASSIGN(auto outcome, send(line_for(command, about, station->second)));
    if (outcome == Outcome::accepted) fate.any_accepted = true;
    if (outcome == Outcome::accepted || outcome == Outcome::repeated) is_here_[command.case_index] = true;
    bool refused = outcome != Outcome::accepted && outcome != Outcome::repeated;
    if (refused && fate.refused.empty())
      fate.refused =
          fmt::format("{}: {}: {}", command.name, EnumNameRejection(rejection_), message_of(rejection_));
    return {};
  }

  /// Sends one line and decides it. A repeat of a refusal counts as one.
  Result<Outcome> send(const std::string& line) {
    TOONO_ASSIGN(auto command, parse_line(line));
    TOONO_ASSIGN(auto sent, edge_.send_patiently(command, sender_));
    if (sent.known) {
      const auto* first = decision_of(sent.first);
      rejection_ = *sent.known == Outcome::conflict ? Rejection::conflicting_content
                   : first                          ? first->rejection()
                                                    : Rejection::none;
      bool was_refused = *sent.known == Outcome::repeated && first && first->outcome() == Outcome::rejected;
      return was_refused ? Outcome::rejected : *sent.known;
    }
    waiting_ = sent.id;
    outcome_ = Outcome::malformed;
    TOONO_TRY(engine_.drain());
    return outcome_;
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
    TOONO_ASSIGN(auto outcome, send(line));
    if (outcome == Outcome::accepted || outcome == Outcome::repeated) return {};
    return unexpected({ErrorCode::refused,
                       std::string("the station could not be opened: ") + std::string(message_of(rejection_)),
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
  CommandId waiting_;
  Outcome outcome_ = Outcome::accepted;
  Rejection rejection_ = Rejection::none;
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
