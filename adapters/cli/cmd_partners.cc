// `toono partners`: takes what the partners of the lines say of the referrals sent to them.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/partner_desk.h"
#include "adapters/cli/stop.h"
#include "adapters/engine/address.h"

namespace toono::cli {
namespace {

std::string counts_text(const PartnerCounts& counts, const std::string& dead_letters) {
  auto text = fmt::format("{} messages taken", counts.taken);
  if (counts.dead == 0) return text;
  return text + fmt::format(", {} not: they are listed in {}", counts.dead, dead_letters);
}

int tell(const Args& args, const PartnerCounts& counts, const KafkaAddress& address) {
  print(args.globals.json ? fmt::format(R"({{"taken":{},"dead":{}}})", counts.taken, counts.dead)
                          : counts_text(counts, TopicNames(address.deployment).dead_letters));
  return 0;
}

}  // namespace

Result<int> run_partners(const Args& args) {
  TOONO_ASSIGN(auto address, parse_log_address(args.globals.log));
  if (!address.is_kafka())
    return unexpected(
        {ErrorCode::usage, "partners speak on topics of Kafka", args.globals.log,
         "say --log kafka:HOST:PORT; on an embedded log their answers are typed with `toono send`"});
  StopSignals stop;
  auto opened = Session::open(args.globals, [&stop] { return stop.came(); });
  if (!opened && stop.ended(opened.error())) return tell(args, {}, *address.kafka);
  TOONO_ASSIGN(auto session, std::move(opened));
  TOONO_ASSIGN(auto sender, sender_at_work(*session, args.globals));
  PartnerDesk desk(*session, sender);
  PartnerOptions options{.address = *address.kafka, .once = args.once, .stop = [&] { return stop.came(); }};
  TOONO_ASSIGN(auto counts, take_partner_messages(options, [&](ReferralLine line, std::string_view message) {
                 return desk.take(line, message);
               }));
  TOONO_TRY(session->close());
  return tell(args, counts, *address.kafka);
}

}  // namespace toono::cli
