#include "adapters/cli/known_registry.h"

#include "adapters/embedded/reader.h"
#include "adapters/engine/clocks.h"
#include "core/chain.h"
#include "core/time.h"

namespace toono::cli {

Result<KnownRegistry> registry_of(const std::filesystem::path& dir, std::optional<Instant> now) {
  TOONO_ASSIGN(auto reader, embedded::SegmentReader::open(dir));
  auto registry_partition = static_cast<PartitionNumber>(reader.partitions() - 1);
  KnownRegistry known;
  known.day = known.today = day_of(now.value_or(SystemClock().now()));
  bool played = false;
  TOONO_TRY(reader.scan(Topic::journal, {{registry_partition}}, [&](const LogRecord& record) {
    Aligned aligned(record.bytes);
    const auto* genesis = genesis_of(aligned.bytes());
    // The clock of a simulated store stands where its year ended.
    if (genesis && genesis->simulated() && !now) played = true;
    const auto* decision = decision_of(aligned.bytes());
    if (decision && played) known.day = kBehindAll, known.today = day_of(*decision->decided_at());
    if (decision) (void)known.registry->apply(*decision);
    return true;
  }));
  return known;
}

}  // namespace toono::cli
