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
  return counted(below, bool(contact.answered))
      .looking_at({.moment = first_of(contact.answered, contact.abandoned), .since = contact.offered});
}
Count connected_at(const ContactFact& contact, const Frame& frame) {
  auto count = connected(contact, frame);
  count.amount = contact.offered.ms;
  return count;
}
Count answered_within_15s(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame), contact.answered && wait_ms(contact) <= kAnswerMs)
      .looking_at({.moment = first_of(contact.answered, contact.abandoned),
                   .due_ms = contact.offered.ms + kAnswerMs,
                   .since = contact.offered});
}
Count wait(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame) && contact.answered, true, wait_ms(contact))
      .looking_at({.moment = contact.answered, .since = contact.offered});
}
Count wait_by_language(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame) && contact.answered, contact.language == Language::mn,
                 wait_ms(contact))
      .looking_at({.moment = contact.answered, .since = contact.offered});
}
Count abandoned(const ContactFact& contact, const Frame& frame) {
  return counted(is_call(contact, frame), bool(contact.abandoned))
      .looking_at({.moment = first_of(contact.abandoned, contact.answered), .since = contact.offered});
}
Count counselling(const ContactFact& contact, const Frame& frame) {
  bool below = in(contact.offered, frame) && contact.classified;
  return counted(below, contact.contact_class == ContactClass::counselling)
      .looking_at({.moment = contact.classified, .since = contact.offered});
}
Count answered_directly(const ContactFact& contact, const Frame& frame) {
  bool below = counselling(contact, frame).above;
  if (is_nil(contact.case_id))
    return counted(below, bool(contact.ended))
        .looking_at({.moment = contact.ended, .since = contact.classified});
  return counted(below,
                 std::binary_search(frame.direct_cases.begin(), frame.direct_cases.end(), contact.case_id))
      .looking_at({.moment = contact.linked, .since = contact.classified});
}

}  // namespace toono::rules
