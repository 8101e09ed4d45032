// `toono export`: a table as CSV (RFC 4180 but for the bare line feed, UTF-8, a header), from the facts.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/measure_question.h"
#include "adapters/cli/names.h"
#include "adapters/cli/output.h"
#include "adapters/json/writer.h"

namespace toono::cli {
namespace {

std::string quoted(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
  std::string out = "\"";
  for (char c : cell) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

/// One line of CSV, cell by cell.
class RowLine {
 public:
  RowLine& text(std::string_view value) {
    if (!line_.empty() || cells_ > 0) line_ += ',';
    line_ += quoted(value);
    return ++cells_, *this;
  }
  RowLine& count(std::int64_t value) { return text(std::to_string(value)); }
  RowLine& code(std::uint32_t value) { return text(value == 0 ? std::string() : std::to_string(value)); }
  RowLine& truth(bool value) { return text(value ? "true" : "false"); }
  RowLine& instant(std::int64_t ms) { return text(ms == 0 ? std::string() : to_text(Instant(ms))); }
  RowLine& at(const At& moment) { return text(moment ? to_text(Instant(moment.ms)) : std::string()); }
  template <ByteId Id>
  RowLine& id(const Id& value) {
    return text(is_nil(value) ? std::string() : to_text(value));
  }
  const std::string& str() const { return line_; }

 private:
  std::string line_;
  std::size_t cells_ = 0;
};

constexpr std::string_view kCaseHeader =
    "case,number,station,lead_station,state,programme,service_kind,language,channel,priority,handling_class,"
    "risk,highest_risk,"
    "registered,assessed,triaged,first_dispatch,first_dispatch_due,answered_on_spot,replied,reply_due,"
    "callback_completed,"
    "callback_exhausted,callback_due,solved,unit_says_solved,satisfaction,rework_count,problem_marked,closed,"
    "outcome,"
    "close_ground,reopened,dispatch_count,orders,upheld_returns,sessions,contact,imported";
Result<std::string> case_line(const QueryContext& context, const CaseFact& fact) {
  TOONO_ASSIGN(auto number, case_number_of(context, fact.id));
  RowLine line;
  line.id(fact.id).text(number).code(fact.station).code(fact.lead_station).text(word(fact.status));
  line.text(word(fact.programme))
      .text(word(fact.service_kind))
      .text(fact.language == toono::Language::mn ? "mn" : "zh");
  line.text(word(fact.channel)).text(fact.triaged ? word(fact.priority) : "");
  line.text(fact.triaged ? word(fact.handling_class) : "")
      .text(word(fact.risk))
      .text(word(fact.highest_risk));
  line.at(fact.registered)
      .at(fact.assessed)
      .at(fact.triaged)
      .at(fact.first_dispatch)
      .instant(fact.first_dispatch_due_ms);
  line.at(fact.answered_on_spot).at(fact.replied).instant(fact.reply_due_ms).at(fact.callback_completed);
  line.at(fact.callback_exhausted)
      .instant(fact.callback_due_ms)
      .text(word(fact.solved))
      .text(word(fact.unit_says_solved));
  line.text(fact.satisfaction == 0 ? "" : std::to_string(fact.satisfaction)).count(fact.rework_count);
  line.at(fact.problem_marked).at(fact.closed).text(fact.closed ? word(fact.outcome) : "");
  line.text(fact.closed ? word(fact.close_ground) : "")
      .at(fact.reopened)
      .count(fact.dispatch_count)
      .count(fact.orders);
  line.count(fact.upheld_returns).count(fact.session_count).id(fact.contact_id).truth(fact.imported != 0);
  return line.str();
}

constexpr std::string_view kOrderHeader =
    "order,case,station,parent,dispatched_by,tier,role,state,programme,priority,handling_class,risk,handler,"
    "dispatched,sign_due,"
    "signed,first_contact_due,first_contact,first_handle_due,handle_due,due_source,provisional,submitted,"
    "accepted_submission,"
    "accepted,return_asked,return_ruled,return_upheld,sign_missed,handle_missed,escalated,recalled,urge_"
    "count,level_raised,"
    "unit_says_solved,imported";
Result<std::string> order_line(const QueryContext&, const OrderFact& fact) {
  RowLine line;
  line.id(fact.id)
      .id(fact.case_id)
      .code(fact.station)
      .code(fact.parent)
      .code(fact.dispatched_by)
      .text(word(fact.tier));
  line.text(word(fact.role)).text(word(fact.status)).text(word(fact.programme)).text(word(fact.priority));
  line.text(word(fact.handling_class)).text(word(fact.risk)).code(fact.handler).at(fact.dispatched);
  line.instant(fact.sign_due_ms).at(fact.signed_at).instant(fact.first_contact_due_ms).at(fact.first_contact);
  line.instant(fact.first_handle_due_ms).instant(fact.handle_due_ms).text(word(fact.due_source));
  line.truth(fact.provisional != 0)
      .at(fact.submitted)
      .at(fact.accepted_submission)
      .at(fact.accepted)
      .at(fact.return_asked);
  line.at(fact.return_ruled)
      .truth(fact.return_upheld != 0)
      .at(fact.sign_missed)
      .at(fact.handle_missed)
      .at(fact.escalated);
  line.at(fact.recalled).count(fact.urge_count).at(fact.level_raised).text(word(fact.unit_says_solved));
  line.truth(fact.imported != 0);
  return line.str();
}

constexpr std::string_view kContactHeader =
    "contact,case,station,channel,language,class,state,offered,answered,abandoned,classified,linked,ended";
Result<std::string> contact_line(const QueryContext&, const ContactFact& fact) {
  RowLine line;
  line.id(fact.id).id(fact.case_id).code(fact.station).text(word(fact.channel));
  line.text(fact.language == toono::Language::mn ? "mn" : "zh")
      .text(fact.classified ? word(fact.contact_class) : "");
  line.text(word(fact.status))
      .at(fact.offered)
      .at(fact.answered)
      .at(fact.abandoned)
      .at(fact.classified)
      .at(fact.linked);
  return line.at(fact.ended).str();
}

constexpr std::string_view kReferralHeader =
    "referral,case,station,line,state,sent,delivered,receive_due,received,accept_due,accepted,refused,"
    "outcome_due,outcome,"
    "result,loop_closed,no_reply";
Result<std::string> referral_line(const QueryContext&, const ReferralFact& fact) {
  RowLine line;
  line.id(fact.id)
      .id(fact.case_id)
      .code(fact.station)
      .text(word(fact.line))
      .text(word(fact.status))
      .at(fact.sent);
  line.at(fact.delivered)
      .instant(fact.receive_due_ms)
      .at(fact.received)
      .instant(fact.accept_due_ms)
      .at(fact.accepted);
  line.at(fact.refused)
      .instant(fact.outcome_due_ms)
      .at(fact.outcome)
      .text(fact.outcome ? word(fact.result) : "");
  return line.at(fact.loop_closed).at(fact.no_reply).str();
}

/// Lines with what they are sorted by.
struct Lines {
  std::string_view header;
  struct Sorted {
    Instant at;
    std::string line;
  };
  std::vector<Sorted> lines;
};

struct Wanted {
  std::optional<Period> period;
  std::optional<StationId> station;
  bool subtree = false;

  /// A station's parents are those that it had when it happened.
  bool takes(const QueryContext& context, StationId at_station, Instant at) const {
    if (period && !period->holds(at.ms())) return false;
    if (!station) return true;
    return subtree ? context.registry.is_within(at_station, *station, day_of(at)) : at_station == *station;
  }
};

Result<Wanted> wanted_of(const Asking& asking) {
  const auto& args = asking.args;
  Wanted wanted{.period = {}, .station = {}, .subtree = args.subtree};
  if (args.year || !args.from.empty() || !args.to.empty()) {
    TOONO_ASSIGN(wanted.period, period_asked(args));
  }
  if (!args.station.empty()) {
    TOONO_ASSIGN(wanted.station, station_asked(asking, args.station));
  }
  return wanted;
}

template <class Fact, class Make>
Result<Lines> export_facts(const QueryContext& context, const Wanted& wanted, FactKind kind,
                           std::string_view header, Make make) {
  Lines out{header, {}};
  Result<void> outcome;
  auto take = [&](std::string_view key, std::string_view value) {
    KeyReader reader(key);
    StationId station(reader.skip(kKeyPrefix).number<std::uint32_t>());
    if (reader.number<std::uint8_t>() != static_cast<std::uint8_t>(kind)) return true;
    auto at = reader.instant();
    if (!wanted.takes(context, station, at)) return true;
    Fact fact;
    if (!read_plain(value, fact)) return outcome = unexpected(damaged_row("facts")), false;
    Result<std::string> line = make(context, fact);
    if (!line) return outcome = unexpected(line.error()), false;
    out.lines.push_back({at, *std::move(line)});
    return true;
  };
  for (PartitionNumber partition = 0; partition < context.partitions; ++partition) {
    auto prefix = Key(partition, Table::facts);
    if (wanted.station && !wanted.subtree) prefix.number(wanted.station->code());
    TOONO_TRY(scan_prefix(context.store, prefix, take));
    TOONO_TRY(outcome);
  }
  std::sort(out.lines.begin(), out.lines.end(),
            [](const auto& a, const auto& b) { return a.at == b.at ? a.line < b.line : a.at < b.at; });
  return out;
}

Result<Lines> export_measures(const Asking& asking) {
  TOONO_ASSIGN(auto question, question_of(asking));
  TOONO_ASSIGN(auto figures, assess(question));
  Lines out{"measure,name_zh,station,subtree,numerator,denominator,rate,ranked", {}};
  for (const auto& figure : figures) {
    RowLine line;
    line.text(figure.measure->name).text(figure.measure->name_zh).code(figure.station.code());
    line.truth(question.scope.subtree).count(figure.numerator).count(figure.denominator);
    line.text(figure.rate ? rate_json(figure) : "").truth(figure.ranked);
    out.lines.push_back({{}, line.str()});
  }
  return out;
}

Result<Lines> lines_of(const Asking& asking, const std::string& table) {
  TOONO_ASSIGN(auto wanted, wanted_of(asking));
  const auto& context = asking.context;
  if (table == "cases")
    return export_facts<CaseFact>(context, wanted, FactKind::case_intake, kCaseHeader, case_line);
  if (table == "orders")
    return export_facts<OrderFact>(context, wanted, FactKind::order, kOrderHeader, order_line);
  if (table == "contacts")
    return export_facts<ContactFact>(context, wanted, FactKind::contact, kContactHeader, contact_line);
  if (table == "referrals")
    return export_facts<ReferralFact>(context, wanted, FactKind::referral, kReferralHeader, referral_line);
  if (table == "measures") return export_measures(asking);
  return unexpected(unknown_word("a table", table, {"cases", "orders", "contacts", "referrals", "measures"}));
}

/// An earlier export is replaced, nothing else.
OutputFile export_file(const std::string& path) {
  return {.path = path,
          .option = "-o",
          .beginnings = {"case,number,station,", "order,case,station,", "contact,case,station,",
                         "referral,case,station,", "measure,name_zh,station,"},
          .inputs = {}};
}

}  // namespace

Result<int> query_export(const Asking& asking) {
  auto file = export_file(asking.args.output);
  if (!file.path.empty()) TOONO_TRY(check_output(asking.args.globals, file));
  TOONO_ASSIGN(auto lines, lines_of(asking, asking.args.words.front()));
  std::string text(lines.header);
  text += "\n";
  for (const auto& line : lines.lines) text += line.line + "\n";
  if (asking.args.output.empty()) return print(text), 0;
  TOONO_TRY(write_output(asking.args.globals, file, text));
  if (asking.args.globals.json) {
    JsonWriter out;
    out.begin_object().field("file", asking.args.output).field("rows", lines.lines.size()).end_object();
    return print_answer(asking, out.str());
  }
  print(fmt::format("{} {} {}", lines.lines.size(), asking.say("rows in", "行，写入"), asking.args.output));
  return 0;
}

}  // namespace toono::cli
