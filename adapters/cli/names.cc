#include "adapters/cli/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/json/nearest.h"

namespace toono::cli {
namespace {

const char* const* EnumNamesWaitKind() {
  static const char* const kWords[] = {"to_handle", "to_review",    "to_rule",      "to_dispatch",
                                       "to_reply",  "to_call_back", "to_follow_up", nullptr};
  return kWords;
}

// One list an enumeration, in the order of its numbers.
// clang-format off
constexpr std::array kChineseCaseStatus = {"无", "已登记", "不予受理", "已分级", "派单中", "办理中", "待答复", "已答复", "重办",
                                           "已结案", "已撤回"};
constexpr std::array kChineseOrderStatus = {"无", "待签收", "已签收", "办理中", "已转派", "待审核", "已办结", "申请退单", "已退单",
                                            "已收回", "已替代"};
constexpr std::array kChineseReferralStatus = {"无", "已拟转", "已发出", "已送达", "已接收", "已受理", "已拒收", "办理中", "已反馈",
                                               "已闭环", "已收回"};
constexpr std::array kChineseContactStatus = {"无", "呼入", "已接听", "已放弃", "已结束"};
constexpr std::array kChinesePersonStatus = {"无", "已登记", "待合并", "别名"};
constexpr std::array kChineseRiskLevel = {"未评估", "低", "中", "高", "紧急"};
constexpr std::array kChineseProgramme = {"心理咨询", "法律维权", "禁毒防艾", "青春期教育", "家庭教育指导", "其他"};
constexpr std::array kChineseTier = {"无", "自治区级", "盟市级", "旗县级"};
constexpr std::array kChineseStationKind = {"自治区", "盟市", "直报市", "旗县", "导入根", "导入"};
constexpr std::array kChineseTimerKind = {"无", "派单", "签收", "退单裁定", "首次联系", "办理", "临期提醒", "催办", "提级督办", "结果审核",
                                          "统一答复", "回访", "跟踪", "转介接收", "转介受理", "转介反馈", "风险评估", "接听", "密钥销毁",
                                          "合并请求", "重启期", "合并答复"};
constexpr std::array kChinesePriority = {"危险", "紧急", "一般"};
constexpr std::array kChineseHandlingClass = {"危险", "咨询", "一般", "复杂"};
constexpr std::array kChinesePartyRole = {"青少年", "来电人", "监护人", "被指加害人", "教师", "亲属", "证人"};
constexpr std::array kChineseOrderRole = {"主办", "转派"};
constexpr std::array kChineseReferralLine = {"110", "12309", "12320", "12348", "12338", "医院", "法院", "学校"};
constexpr std::array kChineseReferralResult = {"已解决", "部分解决", "未解决", "处理中"};
constexpr std::array kChineseCaseOutcome = {"已解决", "部分解决", "未解决", "撤回", "转介", "答复", "导入"};
constexpr std::array kChineseCloseGround = {"无", "来电人拒绝回访", "无安全联系方式", "已迁出", "导入"};
constexpr std::array kChineseAnswer = {"未询问", "是", "否"};
constexpr std::array kChineseServiceKind = {"无", "一对一咨询", "刑事辩护", "刑事代理", "劳动仲裁", "仲裁", "民事诉讼", "行政诉讼",
                                            "代写法律文书", "其他非诉讼", "小组活动", "入户探访"};
constexpr std::array kChineseChannel = {"电话", "网络聊天", "短信", "信件", "来访", "信箱", "网上"};
constexpr std::array kChineseContactClass = {"咨询", "无声", "空号", "玩笑", "挂断", "错号", "辱骂", "测试"};
constexpr std::array kChineseDueSource = {"政策", "导入", "承接"};
constexpr std::array kChineseClockKind = {"自然时间", "工作时间"};
constexpr std::array kChineseTimeUnit = {"分钟", "小时", "天", "秒"};
constexpr std::array kChineseDayKind = {"放假", "调休上班"};
constexpr std::array kChineseWaitKind = {"待办理", "待审核", "待裁定", "待派单", "待答复", "待回访", "待跟踪"};
// clang-format on

struct Names {
  const char* const* english;
  const char* const* chinese;
  std::size_t count;
};

/// A word of the generated code: one that is a word of C++ too ends in an underline there.
std::string_view plain(const char* generated) {
  std::string_view text(generated);
  return text.ends_with('_') ? text.substr(0, text.size() - 1) : text;
}

std::string spaced(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string word_of(const Names& names, std::size_t number) {
  return number < names.count ? std::string(plain(names.english[number])) : std::to_string(number);
}
std::string name_of(const Names& names, std::size_t number, Language language) {
  if (number >= names.count) return std::to_string(number);
  return language == Language::zh ? std::string(names.chinese[number]) : spaced(plain(names.english[number]));
}
std::vector<std::string> words_of(const Names& names) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < names.count; ++i)
    if (plain(names.english[i]) != "none") list.emplace_back(plain(names.english[i]));
  return list;
}
std::optional<std::size_t> find_in(const Names& names, std::string_view typed) {
  std::string word(typed);
  for (auto& c : word)
    if (c == ' ' || c == '-') c = '_';
  if (word == "none") return std::nullopt;
  for (std::size_t i = 0; i < names.count; ++i)
    if (word == plain(names.english[i]) || typed == names.chinese[i]) return i;
  return std::nullopt;
}

}  // namespace

#define TOONO_NAMES(Enum)                                                                            \
  namespace {                                                                                        \
  const Names& names_of(Enum) {                                                                      \
    static const Names names{EnumNames##Enum(), kChinese##Enum.data(), kChinese##Enum.size()};       \
    static_assert(kChinese##Enum.size() > 1);                                                        \
    return names;                                                                                    \
  }                                                                                                  \
  }                                                                                                  \
  std::string word(Enum value) { return word_of(names_of(value), static_cast<std::size_t>(value)); } \
  std::string name(Enum value, Language language) {                                                  \
    return name_of(names_of(value), static_cast<std::size_t>(value), language);                      \
  }                                                                                                  \
  std::vector<std::string> words(Enum value) { return words_of(names_of(value)); }                   \
  std::optional<Enum> find_word(Enum value, std::string_view typed) {                                \
    auto found = find_in(names_of(value), typed);                                                    \
    return found ? std::optional(static_cast<Enum>(*found)) : std::nullopt;                          \
  }
TOONO_NAMED(TOONO_NAMES)
#undef TOONO_NAMES

Error unknown_word(std::string_view what, std::string_view typed, const std::vector<std::string>& known) {
  std::vector<std::string_view> views(known.begin(), known.end());
  auto near = nearest(typed, views);
  std::string next = near.empty() ? std::string() : fmt::format("did you mean `{}`? ", near);
  if (near.empty() || known.size() <= 16) {
    next += "there are";
    for (std::size_t i = 0; i < known.size(); ++i) next += (i == 0 ? " " : ", ") + known[i];
  }
  while (next.ends_with(' ')) next.pop_back();
  return {ErrorCode::usage, "there is no such word for " + std::string(what), std::string(typed), next};
}

}  // namespace toono::cli
