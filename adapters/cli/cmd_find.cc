// `toono find`: cases and contacts, newest first. A telephone number is looked up by its keyed hash and
// appears nowhere.
#include <algorithm>

#include "adapters/cli/ask.h"
#include "adapters/cli/names.h"
#include "adapters/json/writer.h"
#include "adapters/query/recent.h"
#include "core/derive.h"

namespace toono::cli {
namespace {

Result<RecentFilter> recent_filter_of(const Asking& asking) {
  const auto& args = asking.args;
  RecentFilter filter;
  filter.limit = args.limit.value_or(filter.limit);
  if (!args.state.empty()) {
    filter.case_status = find_word(CaseStatus{}, args.state);
    filter.contact_status = find_word(ContactStatus{}, args.state);
    if (!filter.case_status && !filter.contact_status) {
      auto known = words(CaseStatus{});
      for (auto& other : words(ContactStatus{})) known.push_back(other);
      return unexpected(unknown_word("--state", args.state, known));
    }
  }
  if (!args.station.empty()) {
    TOONO_ASSIGN(filter.station, station_asked(asking, args.station));
  }
  if (!args.since.empty()) {
    TOONO_ASSIGN(filter.since, parse_moment(args.since));
  }
  return filter;
}

Result<std::vector<RecentEntity>> by_phone(const Asking& asking, const RecentFilter& filter) {
  TOONO_ASSIGN(auto person, asking.session.engine().vault().find_caller(asking.args.phone));
  if (!person) return std::vector<RecentEntity>();
  TOONO_ASSIGN(auto people, same_people(asking.context, *person));
  return recent_of(asking.context, people, filter);
}

/// The case of a number of ours, or those that came under this number from elsewhere.
Result<std::vector<RecentEntity>> by_number(const Asking& asking, const RecentFilter& filter) {
  const auto& context = asking.context;
  const auto& number = asking.args.number;
  auto found = find_entity(context.store, context.partitions, number);
  if (found) return recent_of(context, found->entity, filter);
  if (found.error().code != ErrorCode::not_found) return unexpected(found.error());
  std::vector<EntityId> cases;
  for (PartitionNumber partition = 0; partition < context.partitions; ++partition) {
    TOONO_ASSIGN(auto row, context.store.get(Key(partition, Table::numbers).text("f").text(number)));
    if (row && row->size() == 16) cases.push_back(id_from<EntityId>(bytes_of(*row)));
  }
  bool well_formed = is_case_number(number) || parse_uuid(number);
  if (cases.empty() && !well_formed) {
    auto error = found.error();
    error.what += ", and no case came with it";
    return unexpected(std::move(error));
  }
  std::vector<RecentEntity> list;
  for (const auto& id : cases) {
    TOONO_ASSIGN(auto one, recent_of(context, id, filter));
    list.insert(list.end(), one.begin(), one.end());
  }
  return list;
}

Result<std::vector<RecentEntity>> look(const Asking& asking, const RecentFilter& filter) {
  const auto& args = asking.args;
  if (args.phone.empty() && args.number.empty()) return recent(asking.context, filter);
  if (args.number.empty()) return by_phone(asking, filter);
  TOONO_ASSIGN(auto list, by_number(asking, filter));
  if (args.phone.empty()) return list;
  TOONO_ASSIGN(auto theirs, by_phone(asking, filter));
  std::erase_if(list, [&](const RecentEntity& one) {
    return std::none_of(theirs.begin(), theirs.end(),
                        [&](const RecentEntity& other) { return other.id == one.id; });
  });
  return list;
}

bool is_case(const RecentEntity& entity) { return entity.row.kind == EntityKind::case_file; }

std::string state_word(const RecentEntity& entity) {
  return is_case(entity) ? word(static_cast<CaseStatus>(entity.row.status))
                         : word(static_cast<ContactStatus>(entity.row.status));
}
std::string state_name(const RecentEntity& entity, Language language) {
  return is_case(entity) ? name(static_cast<CaseStatus>(entity.row.status), language)
                         : name(static_cast<ContactStatus>(entity.row.status), language);
}

Result<int> answer_in_json(const Asking& asking, const std::vector<RecentEntity>& list) {
  JsonWriter out;
  out.begin_list();
  for (const auto& entity : list) {
    out.begin_object().field("kind", is_case(entity) ? "case" : "contact").field("id", to_text(entity.id));
    if (is_case(entity)) {
      TOONO_ASSIGN(auto names, case_names_of(asking.context, id_as<CaseId>(entity.id)));
      out.field("number", names.number);
      if (!names.foreign_id.empty()) out.field("foreign_id", names.foreign_id);
    }
    out.field("state", state_word(entity)).field("at", to_text(entity.at));
    out.field("station", std::to_string(entity.row.station));
    if (is_case(entity))
      out.field("risk", word(entity.row.risk)).field("programme", word(entity.row.programme));
    if (entity.row.lead_station != 0) out.field("lead_station", std::to_string(entity.row.lead_station));
    out.end_object();
  }
  return print_answer(asking, out.end_list().str());
}

Result<int> answer_in_text(const Asking& asking, const std::vector<RecentEntity>& list) {
  if (list.empty()) return print(asking.say("Nothing was found.", "没有找到。")), 0;
  TextTable table({asking.say("when", "时间"), asking.say("what", "类别"), asking.say("number or id", "编号"),
                   asking.say("state", "状态")});
  for (const auto& entity : list) {
    StationId station(entity.row.lead_station != 0 ? entity.row.lead_station : entity.row.station);
    if (!is_case(entity)) {
      table.row({local_text(entity.at), asking.say("contact", "接触"), to_text(entity.id),
                 state_name(entity, asking.language())});
      table.below({station_label(asking.context, station)});
      continue;
    }
    TOONO_ASSIGN(auto names, case_names_of(asking.context, id_as<CaseId>(entity.id)));
    table.row({local_text(entity.at), asking.say("case", "个案"), names.number,
               state_name(entity, asking.language())});
    table.below({station_label(asking.context, station), name(entity.row.programme, asking.language()),
                 asking.say("risk ", "风险") + name(entity.row.risk, asking.language())});
    if (!names.foreign_id.empty())
      table.below({asking.say("came as ", "原编号 ") + harmless(names.foreign_id)});
  }
  print(table.str());
  return 0;
}

}  // namespace

Result<int> query_find(const Asking& asking) {
  TOONO_ASSIGN(auto filter, recent_filter_of(asking));
  TOONO_ASSIGN(auto list, look(asking, filter));
  return asking.args.globals.json ? answer_in_json(asking, list) : answer_in_text(asking, list);
}

}  // namespace toono::cli
