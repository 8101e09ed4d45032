// Takes what a line's partner says of a referral: as a command of the ladder, through the same edge as
// everything else, answered before the place of the message is kept.
#pragma once

#include "adapters/cli/session.h"
#include "adapters/kafka/partner.h"

namespace toono::cli {

/// One thread at a time; the session must outlive it.
class PartnerDesk {
 public:
  /// `sender`: who acts for the partners, who must be of the referral's station or above it. Zeroes: the
  /// region's first member of staff.
  PartnerDesk(Session& session, Sender sender) : session_(session), sender_(sender) {}

  /// Refused: the message cannot be read, its referral is not of this line, it was sent before with other
  /// content, or a guard said no; the error's `where` names the place in the message, or the decision. The
  /// same message again is answered as it was the first time. Error: the world's, try the message again.
  Result<PartnerAnswer> take(ReferralLine line, std::string_view message);

 private:
  Result<std::optional<Error>> check_line(ReferralLine line, const ParsedCommand& body);
  Result<PartnerAnswer> answer(const Sent& sent);

  Session& session_;
  Sender sender_;
};

}  // namespace toono::cli
