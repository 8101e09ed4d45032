// What a line outside says of a referral that was sent to it, as a command. Pure: where the message came from
// and what becomes of the command is for the caller.
#pragma once

#include <string>
#include <string_view>

#include "adapters/json/command.h"

namespace toono {

/// The id of the command that a message leads to: the same message of the same line is the same command for
/// ever.
CommandId partner_command_id(ReferralLine line, std::string_view message_id);

/// `{"message_id","says":"received|accepted|refused|interim|outcome","case_id","referral_id",
/// "occurred_at"?,"receipt" (received),"reason" (refused),"result" (outcome)}` as the command of the ladder
/// that it stands for, with the message's id as its external id. Error refused: `where` is the path in the
/// message, `next` what would be right. Whether the referral is of this line is for the caller to check. Safe
/// from any thread.
Result<LineCommand> command_of_partner(ReferralLine line, std::string_view json);

}  // namespace toono
