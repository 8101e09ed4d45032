// The table of measures, and the assessment of stations by it.
#include "projections/measures.h"

#include <algorithm>

#include "projections/measure_figures.h"
#include "projections/measure_rules.h"

namespace toono {
namespace {

using enum FactKind;
using MeasureGroup::answering, MeasureGroup::timeliness, MeasureGroup::dispatch, MeasureGroup::outcome,
    MeasureGroup::safety, MeasureGroup::supervision;

constexpr Measure share(std::string_view name, std::string_view name_zh, MeasureGroup group, FactKind kind,
                        Rule rule) {
  return {name, name_zh, group, kind, Shape::share, Unit::share, rule};
}
constexpr Measure mean(std::string_view name, std::string_view name_zh, MeasureGroup group, Unit unit,
                       OrderRule rule) {
  return {name, name_zh, group, order, Shape::mean, unit, rule};
}
constexpr Measure rung(std::string_view name, std::string_view name_zh, ReferralRule rule,
                       std::optional<ReferralLine> line = {}) {
  return {name, name_zh, MeasureGroup::referral, referral, Shape::share, Unit::share, rule, line};
}
/// One rung of the referral ladder: over all lines, and of each.
#define TOONO_RUNG(name, name_zh)                                                                           \
  rung(#name, name_zh, rules::name), TOONO_RUNG_OF(name, name_zh, line_110, "110"),                         \
      TOONO_RUNG_OF(name, name_zh, line_12309, "12309"), TOONO_RUNG_OF(name, name_zh, line_12320, "12320"), \
      TOONO_RUNG_OF(name, name_zh, line_12348, "12348"), TOONO_RUNG_OF(name, name_zh, line_12338, "12338"), \
      TOONO_RUNG_OF(name, name_zh, hospital, "医院"), TOONO_RUNG_OF(name, name_zh, court, "法院"),          \
      TOONO_RUNG_OF(name, name_zh, school, "学校")
#define TOONO_RUNG_OF(name, name_zh, line, line_zh) \
  rung(#name "." #line, name_zh "·" line_zh, rules::name, ReferralLine::line)

// clang-format off
constexpr Measure kMeasures[] = {
  share("connect_rate", "接通率", answering, contact, rules::connected),
  {"connect_rate_worst_24h", "最低24小时接通率", answering, contact, Shape::worst_24h, Unit::share,
   rules::connected_at},
  share("answered_within_15s", "15秒接听率", answering, contact, rules::answered_within_15s),
  {"wait_p50", "等待时长中位数", answering, contact, Shape::p50, Unit::seconds, rules::wait},
  {"wait_p90", "等待时长九成位数", answering, contact, Shape::p90, Unit::seconds, rules::wait},
  share("abandonment", "放弃率", answering, contact, rules::abandoned),
  {"language_gap", "蒙汉等待差", answering, contact, Shape::p90_gap, Unit::seconds, rules::wait_by_language},
  share("counselling_share", "咨询占比", answering, contact, rules::counselling),
  share("direct_answer_rate", "直接答复率", answering, contact, rules::answered_directly),

  share("dispatch_on_time", "按时派单率", timeliness, case_intake, rules::dispatched_on_time),
  share("sign_on_time", "按时签收率", timeliness, order, rules::signed_on_time),
  share("response", "响应率", timeliness, order, rules::responded),
  share("on_time_completion", "按时办结率", timeliness, order, rules::completed_on_time),
  share("on_time_completion_strict", "首期按时办结率", timeliness, order, rules::completed_by_first_due),
  share("on_time_completion_delegated", "转派工单按时办结率", timeliness, order, rules::completed_delegated),
  share("completion", "办结率", timeliness, order, rules::completed),
  share("overdue_stock", "超期未办结", timeliness, order, rules::overdue),
  mean("overdue_age_days", "平均超期天数", timeliness, Unit::days, rules::overdue_age),
  mean("handling_hours_mean", "平均办理工时", timeliness, Unit::hours, rules::handling_time),

  share("return_rate", "退单率", dispatch, order, rules::return_asked),
  share("return_upheld_share", "退单成立率", dispatch, order, rules::return_upheld),
  share("return_refused_share", "退单驳回率", dispatch, order, rules::return_refused),
  share("first_dispatch_accuracy", "首派准确率", dispatch, case_intake, rules::first_dispatch_right),
  {"hops_per_case", "平均流转次数", dispatch, case_intake, Shape::mean, Unit::each, rules::hops},
  share("problem_cases", "问题工单率", dispatch, case_outcome, rules::problem_marked),

  share("callback_rate", "回访率", outcome, case_intake, rules::called_back),
  share("callback_answer_rate", "有效回访率", outcome, case_outcome, rules::callback_answered),
  share("satisfaction", "满意率", outcome, case_outcome, rules::satisfied),
  share("solved", "解决率", outcome, case_outcome, rules::solved),
  share("rework", "重办率", outcome, case_outcome, rules::reworked),
  share("reopen", "重启率", outcome, case_outcome, rules::reopened),
  share("false_closure_gap", "虚假办结差", outcome, case_outcome, rules::falsely_closed),

  share("follow_up_on_time", "按时跟踪率", safety, follow_up, rules::followed_up_on_time),

  TOONO_RUNG(referral_sent, "转介发出"),
  TOONO_RUNG(referral_received_in_time, "转介按时接收率"),
  TOONO_RUNG(referral_accepted, "转介受理率"),
  TOONO_RUNG(referral_refused, "转介拒收率"),
  TOONO_RUNG(referral_outcome_in_time, "转介按时反馈率"),
  TOONO_RUNG(referral_loop_closed, "转介闭环率"),

  mean("urgings", "百单催办数", supervision, Unit::per_hundred, rules::urged),
  {"level_raises", "百单提级数", supervision, order, Shape::share, Unit::per_hundred, rules::level_raised},
};
// clang-format on

constexpr bool names_differ() {
  for (const auto& measure : kMeasures)
    for (const auto& other : kMeasures)
      if (&measure != &other && (measure.name == other.name || measure.name_zh == other.name_zh))
        return false;
  return true;
}
static_assert(names_differ(), "a measure's name means one thing");

/// Which kind of fact a rule is for: the table cannot pair a rule with the wrong rows.
constexpr bool rule_fits(const Measure& measure) {
  switch (measure.kind) {
    case order:
      return std::holds_alternative<OrderRule>(measure.rule);
    case case_intake:
    case case_outcome:
      return std::holds_alternative<CaseRule>(measure.rule);
    case contact:
      return std::holds_alternative<ContactRule>(measure.rule);
    case FactKind::referral:
      return std::holds_alternative<ReferralRule>(measure.rule);
    case follow_up:
      return std::holds_alternative<FollowUpRule>(measure.rule);
  }
  return false;
}
static_assert(std::all_of(std::begin(kMeasures), std::end(kMeasures), rule_fits));

}  // namespace

std::span<const Measure> all_measures() { return kMeasures; }

const Measure* find_measure(std::string_view name) {
  for (const auto& measure : kMeasures)
    if (measure.name == name || measure.name_zh == name) return &measure;
  return nullptr;
}

Result<std::vector<Figure>> assess(const Question& question) {
  FactCollector collector(question.registry, question.scope, question.period);
  TOONO_TRY(read_facts(question.store, question.partitions, collector));
  std::vector<Figure> figures;
  for (std::size_t place = 0; place < question.scope.stations.size(); ++place) {
    const auto& selection = collector.selections()[place];
    auto direct = direct_cases(collector.facts(), selection);
    Frame frame{question.period, question.now, question.registry, direct};
    for (const auto& measure : kMeasures) {
      auto figure = figure_of(measure, gather(measure, collector.facts(), selection, frame), frame);
      figure.station = question.scope.stations[place];
      figures.push_back(figure);
    }
  }
  return figures;
}

}  // namespace toono
