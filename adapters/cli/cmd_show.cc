// `toono show`: one case, contact, person, order or referral as it stands, or one decision.
#include <fmt/format.h>

#include "adapters/cli/access.h"
#include "adapters/cli/fields.h"
#include "adapters/cli/names.h"
#include "adapters/cli/show_decision.h"
#include "adapters/json/writer.h"
#include "adapters/query/history.h"
#include "adapters/query/recent.h"

namespace toono::cli {
namespace {

/// Sealed words that somebody asked to see, with where they stand.
struct ShownWords {
  std::string event;
  std::string field;
  PersonId person;
  SealClass seal_class = SealClass::identity;
  Opened opened;
};

/// Opens every seal of the entity's history. The access must be on record.
Result<std::vector<ShownWords>> open_words(const Asking& asking, const Found& found) {
  std::vector<ShownWords> shown;
  Result<void> problem;
  auto opening = opening_seals(asking, problem);
  std::string event_id;
  JsonOptions collecting{.open = [&](const Sealed& sealed) {
    auto opened = opening.open(sealed);
    shown.push_back({event_id, sealed.path()->str(), *sealed.person(), sealed.class_(), opened});
    return opened;
  }};
  TOONO_TRY(each_decision(asking.context.store, found.partition, found.entity, [&](const Decision& decision) {
    std::size_t index = 0;
    for (const auto* event : events_of(decision)) {
      event_id = event_name(found.partition, decision.seq(), index++);
      std::string printed;
      append_json(printed, *static_cast<const flatbuffers::Table*>(event->body()),
                  EnumNameEventBody(event->body_type()), collecting);
    }
    return problem.has_value();
  }));
  TOONO_TRY(problem);
  return shown;
}

/// What is shown, in parts that JSON and text are made of.
struct Shown {
  Found found;
  EntityState state;
  std::vector<EntityId> contacts;
  std::vector<EntityId> cases;
  std::optional<std::vector<ShownWords>> words;
};

void append_fields(std::string& out, const std::string& fields) {
  if (fields.empty()) return;
  if (out.back() != '{') out += ',';
  out += fields;
}

void append_ids(std::string& out, std::string_view key, const std::vector<EntityId>& ids) {
  JsonWriter list;
  list.begin_list();
  for (const auto& id : ids) list.text(to_text(id));
  append_fields(out, fmt::format("\"{}\":{}", key, list.end_list().str()));
}

void append_words(std::string& out, const std::vector<ShownWords>& words) {
  JsonWriter list;
  list.begin_list();
  for (const auto& word : words) {
    list.begin_object()
        .field("event", word.event)
        .field("field", word.field)
        .field("person", to_text(word.person));
    list.field("class", EnumNameSealClass(word.seal_class)).key("words");
    if (word.opened.outcome == Opened::Outcome::words)
      list.text(word.opened.words);
    else
      list.begin_object().field("erased", EnumNameSealClass(word.seal_class)).end_object();
    list.end_object();
  }
  append_fields(out, "\"words\":" + list.end_list().str());
}

std::string head(std::string_view kind, std::string_view state) {
  return fmt::format(R"({{"kind":"{}","state":"{}")", kind, state);
}

/// An enumeration has a first word from the beginning: nobody has said it before this has happened.
std::string_view said_with(std::string_view table, std::string_view field) {
  struct Row {
    std::string_view table, field, needs;
  };
  static constexpr Row kRows[] = {
      {"CaseState", "territory_basis", "territory"},
      {"CaseState", "priority", "triaged"},
      {"CaseState", "handling_class", "triaged"},
      {"CaseState", "satisfaction", "callback_completed"},
      {"CaseState", "outcome", "closed"},
      {"CaseState", "close_ground", "closed"},
      {"Order", "return_upheld", "return_ruled"},
      {"Order", "return_ground", "return_asked"},
      {"Referral", "result", "outcome"},
      {"Referral", "no_reply_rung", "no_reply"},
      {"ContactState", "class", "classified"},
      {"PersonState", "erased_class", "erased"},
  };
  for (const auto& row : kRows)
    if (row.table == table && row.field == field) return row.needs;
  return {};
}

JsonOptions options_of(const Found& found) {
  JsonOptions options;
  options.needs = said_with;
  options.partition = std::to_string(found.partition);
  return options;
}

std::string part_json(const CaseStateT& state, const Found& found) {
  const auto& part = *found.part;
  auto owner = fmt::format(R"("version":{},"case":"{}","number":"{}")", state.version, to_text(state.id),
                           state.number);
  if (const auto* order = find_order(state, id_as<OrderId>(part))) {
    auto out = head("order", word(order->status));
    append_fields(out, owner);
    append_fields(out, fields_of(*order, "Order", options_of(found)));
    return out;
  }
  const auto* referral = find_referral(state, id_as<ReferralId>(part));
  auto out = head("referral", referral ? word(referral->status) : "none");
  append_fields(out, owner);
  if (referral) append_fields(out, fields_of(*referral, "Referral", options_of(found)));
  return out;
}

std::string case_json(const Shown& shown, const CaseStateT& state) {
  if (shown.found.part) return part_json(state, shown.found);
  auto out = head("case", word(state.status));
  append_fields(out, fields_of(state, "CaseState", options_of(shown.found)));
  if (state.orders.empty()) append_fields(out, "\"orders\":[]");
  if (state.referrals.empty()) append_fields(out, "\"referrals\":[]");
  if (state.parties.empty()) append_fields(out, "\"parties\":[]");
  append_ids(out, "contacts", shown.contacts);
  return out;
}

template <class State>
std::string other_json(std::string_view kind, const State& state, std::string_view table, const Found& from) {
  auto out = head(kind, word(state.status));
  append_fields(out, fields_of(state, table, options_of(from)));
  return out;
}

std::string json_of(const Shown& shown) {
  std::string out;
  if (const auto* found = std::get_if<CaseStateT>(&shown.state)) out = case_json(shown, *found);
  if (const auto* found = std::get_if<ContactStateT>(&shown.state))
    out = other_json("contact", *found, "ContactState", shown.found);
  if (const auto* found = std::get_if<PersonStateT>(&shown.state)) {
    out = other_json("person", *found, "PersonState", shown.found);
    append_ids(out, "cases", shown.cases);
    append_ids(out, "contacts", shown.contacts);
  }
  if (shown.words) append_words(out, *shown.words);
  return out + "}";
}

/// Lines of a label and a value; what is empty is left out.
class Card {
 public:
  explicit Card(const Asking& asking) : asking_(asking) {}
  void line(std::string_view en, std::string_view zh, const std::string& value) {
    if (value.empty()) return;
    auto label = asking_.say(en, zh);
    std::string pad(label_width > display_width(label) ? label_width - display_width(label) : 0, ' ');
    text += label + pad + "  " + value + "\n";
  }
  void moment(std::string_view en, std::string_view zh, const Moment& moment) {
    if (happened(moment)) line(en, zh, local_text(moment.at()));
  }
  static constexpr std::size_t label_width = 16;
  std::string text;

 private:
  const Asking& asking_;
};

/// A due date and what met it, or that nothing did in time.
std::string due_text(const Asking& asking, Instant due, bool is_missed, std::string_view met,
                     const Moment& when) {
  auto text = local_text(due);
  if (is_missed) text += asking.say(" (missed)", "（超期）");
  if (!happened(when)) return text;
  return fmt::format("{}{}{} {}", text, text.empty() ? "" : asking.say(", ", "，"), met,
                     local_text(when.at()));
}

void add_order(Card& card, const Asking& asking, const OrderT& order) {
  auto language = asking.language();
  card.text += "\n";
  card.line("order", "工单", to_text(order.id));
  card.line("  station", "  服务台", station_label(asking.context, order.station));
  card.line("  state", "  状态",
            fmt::format("{} · {}", name(order.status, language), name(order.role, language)));
  card.moment("  dispatched", "  派单", order.dispatched);
  card.line("  sign due", "  签收期限",
            due_text(asking, order.sign_due, false, asking.say("signed", "签收"), order.signed_));
  card.line("  handling due", "  办理期限",
            due_text(asking, order.handle_due, happened(order.handle_missed), asking.say("accepted", "办结"),
                     order.accepted));
}

void add_referral(Card& card, const Asking& asking, const ReferralT& referral) {
  auto language = asking.language();
  card.text += "\n";
  card.line("referral", "转介", to_text(referral.id));
  card.line("  line", "  线路", name(referral.line, language));
  card.line("  state", "  状态", name(referral.status, language));
  card.moment("  sent", "  发出", referral.sent);
  card.moment("  accepted", "  受理", referral.accepted);
  card.moment("  outcome", "  反馈", referral.outcome);
}

std::string case_text(const Asking& asking, const Shown& shown, const CaseStateT& state) {
  auto language = asking.language();
  Card card(asking);
  card.line("case", "个案", fmt::format("{}  {}", state.number, to_text(state.id)));
  card.line("state", "状态", name(state.status, language));
  card.line("programme", "业务", name(state.programme, language));
  card.line("risk", "风险", name(state.risk, language));
  card.line("station", "受理", station_label(asking.context, state.station));
  card.moment("registered", "登记", state.registered);
  if (happened(state.triaged))
    card.line("priority", "优先级",
              fmt::format("{} · {}", name(state.priority, language), name(state.handling_class, language)));
  card.moment("replied", "答复", state.replied);
  card.moment("call-back", "回访", state.callback_completed);
  if (happened(state.callback_completed)) card.line("solved", "是否解决", name(state.solved, language));
  card.moment("closed", "结案", state.closed);
  if (happened(state.closed)) card.line("outcome", "结果", name(state.outcome, language));
  for (const auto& party : state.parties)
    card.line("party", "当事人", fmt::format("{}  {}", name(party.role, language), to_text(party.person_id)));
  for (const auto& contact : shown.contacts) card.line("contact", "接触", to_text(contact));
  for (const auto& follow_up : state.follow_ups)
    card.line("follow-up", "跟踪",
              fmt::format("{} {}", local_text(follow_up.due_at),
                          happened(follow_up.held)     ? asking.say("held", "已完成")
                          : happened(follow_up.missed) ? asking.say("missed", "已错过")
                                                       : asking.say("to be held", "待完成")));
  for (const auto& order : state.orders) add_order(card, asking, order);
  for (const auto& referral : state.referrals) add_referral(card, asking, referral);
  return card.text;
}

std::string part_text(const Asking& asking, const CaseStateT& state, const Uuid& part) {
  Card card(asking);
  card.line("case", "个案", fmt::format("{}  {}", state.number, to_text(state.id)));
  if (const auto* order = find_order(state, id_as<OrderId>(part))) add_order(card, asking, *order);
  if (const auto* referral = find_referral(state, id_as<ReferralId>(part)))
    add_referral(card, asking, *referral);
  return card.text;
}

std::string contact_text(const Asking& asking, const ContactStateT& state) {
  Card card(asking);
  card.line("contact", "接触", to_text(state.id));
  card.line("state", "状态", name(state.status, asking.language()));
  card.line("channel", "渠道", name(state.channel, asking.language()));
  if (happened(state.classified)) card.line("class", "类别", name(state.class_, asking.language()));
  card.line("station", "受理", station_label(asking.context, state.station));
  card.moment("offered", "呼入", state.offered);
  card.moment("answered", "接听", state.answered);
  card.moment("abandoned", "放弃", state.abandoned);
  card.moment("ended", "结束", state.ended);
  if (!is_nil(state.caller)) card.line("caller", "来电人", to_text(state.caller));
  if (!is_nil(state.case_id)) card.line("case", "个案", to_text(state.case_id));
  return card.text;
}

std::string person_text(const Asking& asking, const Shown& shown, const PersonStateT& state) {
  Card card(asking);
  card.line("person", "人员", to_text(state.id));
  card.line("state", "状态", name(state.status, asking.language()));
  card.moment("registered", "登记", state.registered);
  if (!is_nil(state.same_as)) card.line("same as", "同", to_text(state.same_as));
  card.moment("erased", "删除", state.erased);
  card.moment("keys destroyed", "密钥销毁", state.keys_destroyed);
  for (const auto& id : shown.cases) card.line("case", "个案", to_text(id));
  for (const auto& id : shown.contacts) card.line("contact", "接触", to_text(id));
  return card.text;
}

std::string text_of(const Asking& asking, const Shown& shown) {
  std::string out;
  if (const auto* found = std::get_if<CaseStateT>(&shown.state))
    out = shown.found.part ? part_text(asking, *found, *shown.found.part) : case_text(asking, shown, *found);
  if (const auto* found = std::get_if<ContactStateT>(&shown.state)) out = contact_text(asking, *found);
  if (const auto* found = std::get_if<PersonStateT>(&shown.state)) out = person_text(asking, shown, *found);
  if (!shown.words) return out;
  out += shown.words->empty() ? "\n" + asking.say("No words are kept here.", "此处没有封存的内容。") + "\n"
                              : "\n";
  for (const auto& word : *shown.words)
    out += fmt::format("{}  {}: {}\n", word.event, word.field,
                       word.opened.outcome == Opened::Outcome::words ? harmless(word.opened.words)
                                                                     : asking.say("(erased)", "（已删除）"));
  return out;
}

}  // namespace

Result<int> query_show(const Asking& asking) {
  const auto& context = asking.context;
  const auto& word = asking.args.words.front();
  if (is_position(word)) return show_decision(asking, word);
  Shown shown;
  auto found = find_entity(context.store, context.partitions, word);
  if (auto id = parse_id<CommandId>(word); id && !found && found.error().code == ErrorCode::not_found) {
    TOONO_ASSIGN(auto answered, show_decision_on(asking, *id));
    if (answered) return *answered;
  }
  TOONO_TRY(found);
  shown.found = *found;
  if (!asking.args.purpose.empty()) {
    TOONO_TRY(record_access(asking, shown.found));
    TOONO_ASSIGN(shown.words, open_words(asking, shown.found));
  }
  TOONO_ASSIGN(shown.state, load_state(context.store, shown.found));
  auto uuid = id_as<Uuid>(shown.found.entity);
  if (shown.found.kind == EntityKind::case_file) {
    TOONO_ASSIGN(shown.contacts, linked(context, Link::case_contact, uuid));
  }
  if (shown.found.kind == EntityKind::person) {
    TOONO_ASSIGN(shown.contacts, linked(context, Link::person_contact, uuid));
    TOONO_ASSIGN(shown.cases, linked(context, Link::person_case, uuid));
  }
  if (asking.args.globals.json) return print_answer(asking, json_of(shown));
  print(text_of(asking, shown));
  return 0;
}

}  // namespace toono::cli
