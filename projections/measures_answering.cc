// Answering: the calls of the hotline, and what became of its contacts.
#include <algorithm>

#include "projections/measure_rules.h"

namespace toono::rules {
namespace {

constexpr std::int64_t kAnswerMs = 15 * kSecondMs;
constexpr std::int64_t kGoneAtOnceMs = 5 * kSecondMs;

/// Texts and letters have clocks of their own (3 min, 24 h): ringing and waiting are said of calls alone.
bool is_call(const ContactFact& contact, const Frame& frame) {
  return contact.channel == Channel::phone && in(contact.offered, frame);
}
bool is_test(const ContactFact& contact) {
  return contact.classified && contact.contact_class == ContactClass::test;
}
bool gone_at_once(const ContactFact& contact) {
  return contact.abandoned && contact.abandoned.ms - contact.offered.ms <= kGoneAtOnceMs;
}
std::int64_t wait_ms(const ContactFact& contact) {
  return std::max<std::int64_t>(contact.answered.ms - contact.offered.ms, 0);
}

}  // namespace

Count connected(const ContactFact& contact, const Frame& frame) {
  bool below = is_call(contact, frame) && !is_test(contact) && !gone_at_once(contact);
  return counted(below, bool(contact.answered));
}
Count connected_at(const ContactFact& contact, const Frame& frame) {
  auto count = connected(contact, frame);
  count.amount = contact.offered.ms;
  return count;
}
Count answered_within_15s(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame), contact.answered && wait_ms(contact) <= kAnswerMs);
}
Count wait(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame) && contact.answered, true, wait_ms(contact));
}
Count wait_by_language(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame) && contact.answered, contact.language == Language::mn,
                 wait_ms(contact));
}
Count abandoned(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame), bool(contact.abandoned));
}
Count counselling(const ContactFact& contact, const Frame& frame) {
  bool below = in(contact.offered, frame) && contact.classified;
  return counted(below, contact.contact_class == ContactClass::counselling);
}
Count answered_directly(const ContactFact& contact, const Frame& frame) {
  bool below = counselling(contact, frame).above;
  if (is_nil(contact.case_id)) return counted(below, bool(contact.ended));
  return counted(below,
                 std::binary_search(frame.direct_cases.begin(), frame.direct_cases.end(), contact.case_id));
}

}  // namespace toono::rules
