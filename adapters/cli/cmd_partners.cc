// `toono partners`: takes what the partners of the lines say of the referrals sent to them.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/partner_desk.h"
#include "adapters/cli/stop.h"
#include "adapters/engine/address.h"

namespace toono::cli {

Result<int> run_partners(const Args& args) {
  TOONO_ASSIGN(auto address, parse_log_address(args.globals.log));
  if (!address.is_kafka())
    return unexpected(
        {ErrorCode::usage, "partners speak on topics of Kafka", args.globals.log,
         "say --log kafka:HOST:PORT; on an embedded log their answers are typed with `toono send`"});
  TOONO_ASSIGN(auto sender, sender_of(args.globals));
  StopSignals stop;
  TOONO_ASSIGN(auto session, Session::open(args.globals, [&stop] { return stop.came(); }));
  PartnerDesk desk(*session, sender);
  PartnerOptions options{.address = *address.kafka, .once = args.once, .stop = [&] { return stop.came(); }};
  TOONO_ASSIGN(auto counts, take_partner_messages(options, [&](ReferralLine line, std::string_view message) {
                 return desk.take(line, message);
               }));
  TOONO_TRY(session->close());
  print(args.globals.json ? fmt::format(R"({{"taken":{},"dead":{}}})", counts.taken, counts.dead)
                          : fmt::format("{} messages taken, {} not: they are listed in {}", counts.taken,
                                        counts.dead, TopicNames(address.kafka->deployment).dead_letters));
  return 0;
}

}  // namespace toono::cli
