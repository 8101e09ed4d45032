// Mappings and logs in a few lines, and a deployment to import into.
#pragma once

#include "adapters/engine/clocks.h"
#include "adapters/engine/founding.h"
#include "adapters/import/importer.h"
#include "adapters/vault/system_entropy.h"
#include "core/time.h"
#include "tests/log/fixture.h"

namespace toono {

inline std::string text_of(const std::filesystem::path& path) {
  auto bytes = file_bytes(path);
  return {bytes.begin(), bytes.end()};
}
inline Instant moment(std::string_view text) { return must(parse_instant(text)); }
inline Instant import_now() { return moment("2026-03-02T09:00:00+08:00"); }

/// A mapping of the columns case, id, what, when, and of `more` lines under [columns].
inline std::string mapping_text(const std::string& more = "",
                                const std::string& activities = "\"*\" = \"LogProgress\"") {
  return "[log]\nname = \"t\"\ntime_format = [\"%Y-%m-%d %H:%M\", \"%Y-%m-%d\"]\n[columns]\ncase = "
         "\"case\"\nrow_id = \"id\"\n"
         "activity = \"what\"\ntime = \"when\"\n" +
         more + "[stations]\ncreate = true\n[activities]\n" + activities + "\n";
}
/// The columns that say something of a case.
inline std::string case_columns() {
  return "opened = \"opened\"\nstation = \"unit\"\ndeadline = \"due\"\ncompleted = \"done\"\n";
}
inline std::string header() { return "case,id,what,when,opened,unit,due,done\n"; }

inline ImportMapping mapping_of(const std::string& text) { return must(read_mapping(text, "m.toml")); }
inline CaseLog log_of(const std::string& csv, const ImportMapping& mapping) {
  return must(read_case_log(csv, mapping, "log.csv", import_now()));
}

/// A new deployment whose clock stands at import_now().
class ImportDeployment {
 public:
  ImportDeployment() {
    Founding founding;
    founding.partitions = 3;
    founding.registry = must(founding_registry({}));
    engine_ =
        must(Engine::create({.dir = directory_.path(), .clock = &clock_, .entropy = &entropy_}, founding));
    edge_ = std::make_unique<Edge>(*engine_);
  }
  Engine& engine() { return *engine_; }
  ImportReport import(const std::string& csv, const ImportMapping& mapping) {
    return must(run_import(*engine_, *edge_, log_of(csv, mapping), mapping, Sender{}, [](std::uint64_t) {}));
  }

 private:
  TemporaryDirectory directory_;
  SetClock clock_{import_now()};
  SystemEntropy entropy_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Edge> edge_;
};

}  // namespace toono
