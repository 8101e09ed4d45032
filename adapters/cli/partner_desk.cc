// One message at a time: partners say little, and each must be answered before the next of its line.
#include "adapters/cli/partner_desk.h"

#include <fmt/format.h>

#include "adapters/json/partner_message.h"
#include "commands/effects.h"
#include "core/partition.h"

namespace toono::cli {
namespace {

PartnerAnswer refused(Error error) { return {.refused = std::move(error)}; }

bool says_something_of_the_message(const Error& error) {
  return error.code == ErrorCode::refused || error.code == ErrorCode::usage;
}

PartnerAnswer by_decision(const Decision& decision, PartitionNumber partition) {
  if (decision.outcome() == Outcome::accepted) return {};
  return refused(
      {ErrorCode::refused,
       fmt::format("{}: {}", EnumNameRejection(decision.rejection()), message_of(decision.rejection())),
       fmt::format("decision {}:{}", partition, decision.seq()),
       "what was decided stands: say something new under a new message_id"});
}

}  // namespace

Result<PartnerAnswer> PartnerDesk::take(ReferralLine line, std::string_view message) {
  auto command = command_of_partner(line, message);
  if (!command) return refused(command.error());
  TOONO_ASSIGN(auto stranger, check_line(line, command->body));
  if (stranger) return refused(std::move(*stranger));
  auto sent = session_.edge().send_patiently(*command, sender_);
  if (!sent && says_something_of_the_message(sent.error())) return refused(sent.error());
  if (!sent) return unexpected(sent.error());
  return answer(*sent);
}

/// A line speaks of its own referrals only.
Result<std::optional<Error>> PartnerDesk::check_line(ReferralLine line, const ParsedCommand& body) {
  auto entity = id_as<EntityId>(*body.get<CaseId>("case_id"));
  auto id = *body.get<ReferralId>("referral_id");
  auto partition = partition_of(entity, session_.engine().partitions());
  // A partner may be quicker than this node, that heard last of the journal when it was last asked.
  TOONO_TRY(session_.engine().read_to_end(partition));
  TOONO_ASSIGN(auto* state,
               session_.engine().follower().folder().state(partition, entity, EntityKind::case_file));
  const auto* found = std::get_if<CaseStateT>(state);
  const auto* referral = found ? find_referral(*found, id) : nullptr;
  if (referral && referral->line == line) return std::optional<Error>();
  // Another line's referral is no less unknown to this one.
  return std::optional(Error{ErrorCode::refused, "this line has no such referral",
                             "$.referral_id " + to_text(id),
                             "give referral_id and case_id (ce_subject) as ReferralSent has them"});
}

Result<PartnerAnswer> PartnerDesk::answer(const Sent& sent) {
  if (sent.known == Outcome::conflict)
    return refused({ErrorCode::refused, "this message was sent before with other content", "$.message_id",
                    "give every message a message_id of its own"});
  TOONO_ASSIGN(auto record, session_.edge().await_decision(sent));
  const auto* decision = decision_of(record);
  if (!decision)
    return unexpected({ErrorCode::world, "a message was not answered", "command " + to_text(sent.id),
                       "start again: it takes effect once"});
  if (decision->outcome() != Outcome::repeated) return by_decision(*decision, sent.partition);
  TOONO_ASSIGN(auto first, session_.edge().first_decision(sent));
  const auto* repeated = decision_of(first);
  return repeated ? by_decision(*repeated, sent.partition) : PartnerAnswer{};
}

}  // namespace toono::cli
