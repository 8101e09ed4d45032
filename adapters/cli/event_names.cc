#include "adapters/cli/event_names.h"

#include <array>

namespace toono::cli {
namespace {

struct NamedEvent {
  EventBody event;
  std::string_view chinese;
};
constexpr std::array kChineseEvents = {NamedEvent{EventBody::ContactOffered, "呼入"},
                                       NamedEvent{EventBody::ContactAnswered, "接听"},
                                       NamedEvent{EventBody::ContactAbandoned, "呼入放弃"},
                                       NamedEvent{EventBody::ContactClassified, "接触分类"},
                                       NamedEvent{EventBody::ContactLinkedToCase, "接触关联个案"},
                                       NamedEvent{EventBody::ContactEnded, "接触结束"},
                                       NamedEvent{EventBody::PersonRegistered, "人员登记"},
                                       NamedEvent{EventBody::PersonMatchRequested, "请求合并人员"},
                                       NamedEvent{EventBody::PersonMatchAccepted, "同意合并人员"},
                                       NamedEvent{EventBody::PersonMatched, "人员合并"},
                                       NamedEvent{EventBody::PersonMatchRefused, "拒绝合并人员"},
                                       NamedEvent{EventBody::PersonErased, "人员删除"},
                                       NamedEvent{EventBody::SubjectKeysDestroyed, "密钥销毁"},
                                       NamedEvent{EventBody::CaseRegistered, "个案登记"},
                                       NamedEvent{EventBody::CaseDeclined, "不予受理"},
                                       NamedEvent{EventBody::CaseAnsweredOnSpot, "当场答复"},
                                       NamedEvent{EventBody::CaseClassified, "个案分类"},
                                       NamedEvent{EventBody::CaseTerritorySet, "确定属地"},
                                       NamedEvent{EventBody::CaseTriaged, "分级分流"},
                                       NamedEvent{EventBody::PartyAdded, "增加当事人"},
                                       NamedEvent{EventBody::CasesLinked, "关联个案"},
                                       NamedEvent{EventBody::RiskAssessed, "风险评估"},
                                       NamedEvent{EventBody::RiskLevelOverridden, "风险等级改判"},
                                       NamedEvent{EventBody::ReplyApproved, "答复审定"},
                                       NamedEvent{EventBody::ReplyDelivered, "统一答复"},
                                       NamedEvent{EventBody::CallbackAttempted, "尝试回访"},
                                       NamedEvent{EventBody::CallbackCompleted, "回访完成"},
                                       NamedEvent{EventBody::CallbackExhausted, "回访次数用尽"},
                                       NamedEvent{EventBody::ReworkOrdered, "责令重办"},
                                       NamedEvent{EventBody::ProblemOrderMarked, "标为问题工单"},
                                       NamedEvent{EventBody::FollowUpScheduled, "安排跟踪"},
                                       NamedEvent{EventBody::FollowUpHeld, "跟踪完成"},
                                       NamedEvent{EventBody::FollowUpMissed, "跟踪错过"},
                                       NamedEvent{EventBody::CaseClosed, "结案"},
                                       NamedEvent{EventBody::CaseReopened, "重启"},
                                       NamedEvent{EventBody::CaseWithdrawn, "撤回"},
                                       NamedEvent{EventBody::FactCorrected, "事实更正"},
                                       NamedEvent{EventBody::AccessUsed, "调阅封存内容"},
                                       NamedEvent{EventBody::OrderDispatched, "派单"},
                                       NamedEvent{EventBody::OrderSigned, "签收"},
                                       NamedEvent{EventBody::OrderReturnAsked, "申请退单"},
                                       NamedEvent{EventBody::OrderReturnUpheld, "同意退单"},
                                       NamedEvent{EventBody::OrderReturnRefused, "驳回退单"},
                                       NamedEvent{EventBody::OrderFinallyDesignated, "最终指定"},
                                       NamedEvent{EventBody::OrderDelegated, "转派下级"},
                                       NamedEvent{EventBody::HandlerAssigned, "指定承办人"},
                                       NamedEvent{EventBody::HandlerReassigned, "更换承办人"},
                                       NamedEvent{EventBody::CallerFirstContacted, "首次联系"},
                                       NamedEvent{EventBody::CallerContactTried, "联系未果"},
                                       NamedEvent{EventBody::ProgressLogged, "办理记录"},
                                       NamedEvent{EventBody::ServiceSessionHeld, "服务完成"},
                                       NamedEvent{EventBody::ServiceSessionMissed, "服务爽约"},
                                       NamedEvent{EventBody::ServiceSessionCancelled, "服务取消"},
                                       NamedEvent{EventBody::ResultSubmitted, "提交结果"},
                                       NamedEvent{EventBody::ResultAccepted, "办结"},
                                       NamedEvent{EventBody::ResultSentBack, "退回结果"},
                                       NamedEvent{EventBody::OrderEscalated, "上报"},
                                       NamedEvent{EventBody::OrderUrged, "催办"},
                                       NamedEvent{EventBody::SupervisionLevelRaised, "提级督办"},
                                       NamedEvent{EventBody::OrderRecalled, "收回工单"},
                                       NamedEvent{EventBody::SignDeadlineMissed, "签收超期"},
                                       NamedEvent{EventBody::HandleDeadlineNear, "办理临期"},
                                       NamedEvent{EventBody::HandleDeadlineMissed, "办理超期"},
                                       NamedEvent{EventBody::DeadlineMissWithdrawn, "撤销超期"},
                                       NamedEvent{EventBody::DeadlineRecalculated, "期限重算"},
                                       NamedEvent{EventBody::ReferralPrepared, "拟转介"},
                                       NamedEvent{EventBody::ReferralSent, "转介发出"},
                                       NamedEvent{EventBody::ReferralDelivered, "转介送达"},
                                       NamedEvent{EventBody::ReferralReceived, "转介接收"},
                                       NamedEvent{EventBody::ReferralAccepted, "转介受理"},
                                       NamedEvent{EventBody::ReferralRefused, "转介拒收"},
                                       NamedEvent{EventBody::ReferralInterimReported, "转介中期反馈"},
                                       NamedEvent{EventBody::ReferralOutcomeReported, "转介结果反馈"},
                                       NamedEvent{EventBody::ReferralLoopClosed, "转介闭环"},
                                       NamedEvent{EventBody::ReferralRecalled, "撤回转介"},
                                       NamedEvent{EventBody::ReferralNoReply, "转介未答复"},
                                       NamedEvent{EventBody::RegistryAdvanced, "登记前移"},
                                       NamedEvent{EventBody::StationOpened, "开设服务台"},
                                       NamedEvent{EventBody::StationParentChanged, "变更上级"},
                                       NamedEvent{EventBody::StationSuspended, "暂停服务台"},
                                       NamedEvent{EventBody::StaffAppointed, "人员到岗"},
                                       NamedEvent{EventBody::StaffLeft, "人员离岗"},
                                       NamedEvent{EventBody::PolicyPublished, "发布政策"},
                                       NamedEvent{EventBody::CalendarPublished, "发布日历"}};
// Each at its number, so that a new event is missed here first.
static_assert(kChineseEvents.size() == static_cast<std::size_t>(EventBody::MAX));
static_assert([] {
  for (std::size_t i = 0; i < kChineseEvents.size(); ++i)
    if (static_cast<std::size_t>(kChineseEvents[i].event) != i + 1) return false;
  return true;
}());

}  // namespace

std::string event_text(EventBody event, Language language) {
  std::string name = EnumNameEventBody(event);
  auto number = static_cast<std::size_t>(event);
  if (language != Language::zh || number == 0 || number > kChineseEvents.size()) return name;
  return std::string(kChineseEvents[number - 1].chinese) + " " + name;
}

}  // namespace toono::cli
