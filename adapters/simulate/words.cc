// Small stocks of words, put together by chance.
#include "adapters/simulate/words.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace toono::simulate {
namespace {

using Stock = std::array<std::string_view, 8>;

constexpr Stock kSurnames = {"王", "李", "张", "刘", "白", "包", "赵", "陈"};
constexpr Stock kGiven = {"晓雨", "志强", "娜", "浩然", "雨桐", "建国", "静", "子轩"};
constexpr Stock kMongolianNames = {"ᠪᠠᠲᠤ", "ᠰᠠᠷᠠᠨ", "ᠲᠡᠮᠦᠷ", "ᠨᠠᠷᠠᠨ", "ᠴᠡᠴᠡᠭ", "ᠪᠠᠶᠠᠷ", "ᠣᠶᠤᠨ", "ᠠᠯᠲᠠᠨ"};
constexpr Stock kMongolianSecond = {"ᠪᠠᠶᠠᠷ", "ᠭᠡᠷᠡᠯ", "ᠬᠦᠦ", "ᠳᠤᠯᠠᠭᠠ", "ᠮᠥᠩᠬᠡ", "ᠵᠢᠷᠭᠠᠯ", "ᠰᠤᠳᠤ", "ᠬᠤᠸᠠᠷ"};

constexpr std::array<Stock, 6> kMatters = {{
    {"最近睡不着，总担心考试", "和同学闹矛盾，不想上学", "情绪低落两个月了", "被同学孤立，很难过",
     "考前特别紧张，吃不下饭", "觉得自己什么都做不好", "和好朋友吵架后一直哭", "转学以后没有朋友"},
    {"打工的餐馆拖欠两个月工资", "被同学打伤，想知道怎么维权", "父母离婚，抚养费一直没给",
     "网上买东西被骗了钱", "照片被人发到网上", "未成年人签了贷款合同", "学校收费不退", "被老板扣押身份证"},
    {"同学给了一种电子烟，不知道是什么", "想了解艾滋病检测在哪里做", "哥哥吸毒，家里很害怕",
     "聚会时有人拿出药片", "担心自己被感染", "学校想请人来讲禁毒课", "网友让帮忙带一个包裹", "朋友在用笑气"},
    {"身体发育有问题不敢问父母", "早恋被老师发现了", "想了解青春期的变化", "被网友要求发照片",
     "月经不规律很害怕", "不知道怎么拒绝别人", "觉得自己的身体很奇怪", "同学之间开过分的玩笑"},
    {"孩子沉迷手机，说不听", "父母总是吵架，不想回家", "爸爸喝酒后打人", "孩子不肯上学，怎么沟通",
     "奶奶带的孩子管不了", "二孩出生后大孩子变了", "妈妈偷看日记", "和继父相处不好"},
    {"想问一下志愿服务怎么报名", "咨询助学金的政策", "毕业了找不到工作", "户口问题想咨询",
     "想找青年之家的活动", "农牧区学生寒假班车", "想学一门技术", "参军报名的问题"},
}};
constexpr Stock kMongolianMatters = {
    "ᠱᠠᠯᠭᠠᠯᠲᠠ ᠠᠴᠠ ᠠᠶᠤᠵᠤ ᠪᠠᠢᠨ᠎ᠠ",
    "ᠡᠬᠡ ᠡᠴᠢᠭᠡ ᠲᠡᠢ ᠪᠡᠨ ᠮᠠᠷᠭᠤᠯᠳᠤᠪᠠ",
    "ᠰᠤᠷᠭᠠᠭᠤᠯᠢ ᠳᠤ ᠣᠴᠢᠬᠤ ᠦᠭᠡᠢ",
    "ᠨᠠᠶᠢᠵᠠ ᠪᠠᠨ ᠠᠯᠳᠠᠪᠠ",
    "ᠤᠨᠲᠠᠵᠤ ᠴᠢᠳᠠᠬᠤ ᠦᠭᠡᠢ",
    "ᠴᠠᠯᠢᠩ ᠪᠠᠨ ᠠᠪᠤᠭᠰᠠᠨ ᠦᠭᠡᠢ",
    "ᠭᠡᠷ ᠲᠡᠭᠡᠨ ᠬᠠᠷᠢᠬᠤ ᠳᠤᠷᠠ ᠦᠭᠡᠢ",
    "ᠲᠤᠰᠠᠯᠠᠮᠵᠢ ᠬᠡᠷᠡᠭᠲᠡᠢ ᠪᠠᠢᠨ᠎ᠠ"};
constexpr Stock kSince = {"，从上周开始。",     "，已经一个月了。", "，昨天晚上又发生了。", "，想听听意见。",
                          "，不敢告诉家里人。", "，希望有人帮忙。", "，第二次打来。",       "，请尽快联系。"};
constexpr Stock kNotes = {
    "已电话沟通，情绪平稳。", "约定下周面谈。",   "与学校班主任取得联系。",     "家长同意配合。",
    "提供了当地资源清单。",   "已转告值班领导。", "本人暂不愿见面，继续电话。", "材料已补齐。"};
constexpr Stock kMongolianNotes = {
    "ᠤᠲᠠᠰᠤ ᠪᠠᠷ ᠶᠠᠷᠢᠯᠴᠠᠪᠠ",
    "ᠳᠠᠷᠠᠭ᠎ᠠ ᠳᠣᠯᠤᠭ᠎ᠠ ᠬᠣᠨᠤᠭ ᠤᠤᠯᠵᠠᠨ᠎ᠠ",
    "ᠪᠠᠭᠰᠢ ᠲᠠᠢ ᠨᠢ ᠬᠣᠯᠪᠣᠭᠳᠠᠪᠠ",
    "ᠭᠡᠷ ᠦᠨ ᠬᠦᠮᠦᠰ ᠵᠥᠪᠰᠢᠶᠡᠷᠡᠪᠡ",
    "ᠲᠠᠢᠪᠤᠩ ᠪᠣᠯᠪᠠ",
    "ᠦᠷᠭᠦᠯᠵᠢᠯᠡᠨ ᠬᠠᠷᠢᠯᠴᠠᠨ᠎ᠠ",
    "ᠮᠠᠲ᠋ᠧᠷᠢᠶᠠᠯ ᠪᠦᠷᠢᠨ ᠪᠣᠯᠪᠠ",
    "ᠳᠠᠬᠢᠨ ᠶᠠᠷᠢᠯᠴᠠᠨ᠎ᠠ"};
constexpr Stock kResults = {"经三次辅导，来访者情绪明显好转。",
                            "已协助申请法律援助，进入程序。",
                            "家庭会谈后达成约定。",
                            "学校已调整座位并安排心理老师。",
                            "工资已补发。",
                            "已完成检测与健康教育。",
                            "已转介并确认接收。",
                            "本人表示问题基本解决。"};
constexpr Stock kReplies = {
    "您反映的问题已办理，结果如下。",   "感谢来电，承办单位已与您联系。", "已按程序处理，如有变化请再来电。",
    "相关部门已受理，请保持电话畅通。", "心理辅导可继续预约。",           "法律援助申请已获批准。",
    "已与学校沟通，请放心。",           "后续由旗县服务台跟进。"};

}  // namespace

std::string name_of_person(Language language, Chance& chance) {
  if (language == Language::mn)
    return fmt::format("{}\u202F{}", chance.one_of(kMongolianNames), chance.one_of(kMongolianSecond));
  return fmt::format("{}{}", chance.one_of(kSurnames), chance.one_of(kGiven));
}

std::string phone_number(std::uint64_t n) { return fmt::format("1700{:07}", n % 10'000'000); }

std::string narrative(Programme programme, Language language, Chance& chance) {
  if (language == Language::mn) return fmt::format("{}᠃", chance.one_of(kMongolianMatters));
  return fmt::format("{}{}", chance.one_of(kMatters[static_cast<std::size_t>(programme)]),
                     chance.one_of(kSince));
}

std::string progress_note(Language language, Chance& chance) {
  return std::string(chance.one_of(language == Language::mn ? kMongolianNotes : kNotes));
}
std::string result_text(Language language, Chance& chance) {
  return std::string(chance.one_of(language == Language::mn ? kMongolianNotes : kResults));
}
std::string reply_text(Language language, Chance& chance) {
  return std::string(chance.one_of(language == Language::mn ? kMongolianNotes : kReplies));
}

}  // namespace toono::simulate
