// `toono rebuild`: the rows made anew from the journal, compared with the old ones, and put in their place.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/fold_line.h"
#include "adapters/engine/node_dir.h"
#include "adapters/engine/rebuild.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/topics.h"

namespace toono::cli {

namespace {

Result<Rebuilt> rebuild(const LogAddress& address, const RebuildOptions& options) {
  if (!address.is_kafka()) return rebuild_rows(address.dir, options);
  TOONO_ASSIGN(auto topics, check_topics(*address.kafka));
  if (topics.log_id) TOONO_TRY(check_node_is_of(address.dir, *topics.log_id));
  TOONO_ASSIGN(auto log, KafkaLog::open({.address = *address.kafka}));
  return rebuild_rows(*log, address.dir, options);
}

}  // namespace

Result<int> run_rebuild(const Args& args) {
  TOONO_ASSIGN(auto address, log_address(args.globals));
  RebuildOptions options;
  if (!args.words.empty()) {
    TOONO_ASSIGN(options.only, find_projection(args.words.front()));
  }
  FoldLine line;
  options.watch = line.watch();
  TOONO_ASSIGN(auto rebuilt, rebuild(address, options));
  if (!rebuilt.differing)
    warn(
        fmt::format("the old rows could not be read, so nothing was compared: {}", rebuilt.why_not_compared));
  if (!rebuilt.why_not_the_last.empty())
    warn(fmt::format("the journal was taken as it is, and not as it was when last closed: {}",
                     rebuilt.why_not_the_last));
  if (args.globals.json) {
    JsonWriter out;
    out.begin_object().field("rows", rebuilt.rows).key("differing");
    rebuilt.differing ? out.number(*rebuilt.differing) : out.null();
    print(out.end_object().str());
    return 0;
  }
  auto say = [&](std::string_view en, std::string_view zh) { return std::string(args.globals.say(en, zh)); };
  auto compared = !rebuilt.differing ? say("there was nothing to compare them with", "没有可以比较的旧行")
                  : *rebuilt.differing == 0
                      ? say("none differed from what was there", "与原有的行一致")
                      : fmt::format(fmt::runtime(say("{} differed from what was there", "{} 行与原有的不同")),
                                    *rebuilt.differing);
  print(fmt::format(fmt::runtime(say("{} rows made from the journal; {}.", "由日志重建 {} 行；{}。")),
                    rebuilt.rows, compared));
  return 0;
}

}  // namespace toono::cli
