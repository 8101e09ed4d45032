// `toono stations`, `staff`, `policies`, `calendars`: the registry as it is, or as it was known at a moment.
#include <fmt/format.h>

#include <map>

#include "adapters/cli/ask.h"
#include "adapters/cli/fields.h"
#include "adapters/cli/names.h"
#include "adapters/json/writer.h"

namespace toono::cli {
namespace {

using Children = std::map<std::uint32_t, std::vector<const Station*>>;

void add_branch(const Asking& asking, const Children& children, std::uint32_t parent, int depth,
                TextTable& table) {
  auto found = children.find(parent);
  if (found == children.end() || depth > 8) return;
  for (const auto* station : found->second) {
    auto note = station->suspended ? asking.say("suspended", "停用") : "";
    table.row({std::to_string(station->id.code()),
               std::string(static_cast<std::size_t>(depth) * 2, ' ') + station->name,
               name(station->tier, asking.language()), name(station->kind, asking.language()), note});
    add_branch(asking, children, station->id.code(), depth + 1, table);
  }
}

std::string stations_text(const Asking& asking, const std::vector<const Station*>& stations) {
  if (stations.empty()) return asking.say("There are no stations.", "没有服务台。");
  Children children;
  for (const auto* station : stations) {
    bool has_parent = asking.context.registry.station(station->parent, asking.context.day());
    children[has_parent ? station->parent.code() : 0].push_back(station);
  }
  TextTable table({asking.say("code", "代码"), asking.say("name", "名称"), asking.say("tier", "层级"),
                   asking.say("kind", "类别"), ""});
  add_branch(asking, children, 0, 0, table);
  return table.str();
}

std::string list_text(const std::vector<Priority>& priorities, const std::vector<HandlingClass>& classes,
                      const std::vector<ReferralLine>& lines, Language language) {
  std::string out;
  auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  for (auto priority : priorities) add(name(priority, language));
  for (auto handling : classes) add(name(handling, language));
  for (auto line : lines) add(name(line, language));
  return out;
}

/// `1 hour`, `2 hours`, `1 小时`
std::string amount_text(std::uint32_t amount, std::string unit) {
  if (amount == 1 && unit.ends_with('s')) unit.pop_back();
  return fmt::format("{} {}", amount, unit);
}

std::string policy_text(const Asking& asking, const PolicyT& policy, bool in_force) {
  auto language = asking.language();
  std::string out = fmt::format("{} {}{}\n", asking.say("policy", "政策"), policy.version,
                                in_force ? asking.say(" (in force)", "（生效）") : "");
  TextTable table({"", asking.say("timer", "期限"), asking.say("for", "适用"), asking.say("time", "时间"),
                   asking.say("clock", "时钟")});
  std::size_t number = 0;
  for (const auto& row : policy.rows)
    table.row({std::to_string(++number), name(row.timer, language),
               list_text(row.priority, row.handling_class, row.line, language),
               amount_text(row.amount, name(row.unit, language)), name(row.clock, language)});
  return out + table.str();
}

std::string calendar_text(const Asking& asking, const CalendarT& calendar) {
  std::string out = fmt::format("{} {}  {}-{}  {}\n", asking.say("calendar", "日历"), calendar.version,
                                calendar.first_year, calendar.last_year,
                                is_none(calendar.station) ? asking.say("national", "全国")
                                                          : station_label(asking.context, calendar.station));
  TextTable table({asking.say("date", "日期"), asking.say("kind", "类别"), asking.say("name", "名称")});
  for (const auto& day : calendar.days)
    table.row({to_text(day.date), name(day.kind, asking.language()), day.name});
  return out + table.str();
}

}  // namespace

Result<int> query_stations(const Asking& asking) {
  auto stations = asking.context.registry.stations(asking.context.day());
  if (!asking.args.globals.json) return print(stations_text(asking, stations)), 0;
  JsonWriter out;
  out.begin_list();
  for (const auto* station : stations) {
    out.begin_object().field("station", std::to_string(station->id.code())).field("name", station->name);
    out.field("tier", word(station->tier)).field("kind", word(station->kind));
    if (!is_none(station->parent)) out.field("parent", std::to_string(station->parent.code()));
    out.field("suspended", station->suspended).end_object();
  }
  return print_answer(asking, out.end_list().str());
}

Result<int> query_staff(const Asking& asking) {
  auto staff = asking.context.registry.staff(asking.context.day());
  if (asking.args.globals.json) {
    JsonWriter out;
    out.begin_list();
    for (const auto& [number, station] : staff) {
      out.begin_object().field("staff", std::to_string(number.number()));
      out.field("station", std::to_string(station.code())).end_object();
    }
    return print_answer(asking, out.end_list().str());
  }
  if (staff.empty()) return print(asking.say("Nobody is at work.", "没有在岗人员。")), 0;
  TextTable table({asking.say("staff", "人员"), asking.say("station", "服务台")});
  for (const auto& [number, station] : staff)
    table.row({std::to_string(number.number()), station_label(asking.context, station)});
  print(table.str());
  return 0;
}

Result<int> query_policies(const Asking& asking) {
  const auto* in_force = asking.context.registry.policy(asking.context.day());
  std::string text;
  JsonWriter out;
  out.begin_list();
  for (const auto* policy : asking.context.registry.policies()) {
    if (!asking.args.globals.json)
      text += (text.empty() ? "" : "\n") + policy_text(asking, *policy, policy == in_force);
    out.raw(fmt::format(R"({{"in_force":{},{}}})", policy == in_force, fields_of(*policy, "Policy")));
  }
  if (asking.args.globals.json) return print_answer(asking, out.end_list().str());
  print(text.empty() ? asking.say("No policy has been published.", "尚未发布政策。") : text);
  return 0;
}

Result<int> query_calendars(const Asking& asking) {
  std::string text;
  JsonWriter out;
  out.begin_list();
  for (const auto* calendar : asking.context.registry.calendars()) {
    if (!asking.args.globals.json) text += (text.empty() ? "" : "\n") + calendar_text(asking, *calendar);
    out.raw("{" + fields_of(*calendar, "Calendar") + "}");
  }
  if (asking.args.globals.json) return print_answer(asking, out.end_list().str());
  print(text.empty() ? asking.say("No calendar has been published.", "尚未发布日历。") : text);
  return 0;
}

}  // namespace toono::cli
