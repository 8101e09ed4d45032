// How many decisions a second a rebuild of all projections folds. Beside it, in the same run, the limit: the
// same journal read, its checksums and its chain of hashes verified, nothing folded.
//   rebuild_bench [DECISIONS=1000000] [DIR=/tmp/toono-bench]
#include "adapters/engine/rebuild.h"
#include "bench/deployment.h"
#include "core/chain.h"

namespace toono::bench {
namespace {

/// Every record read and hashed, and held against the chain rule; how many there were.
std::uint64_t read_and_hash(const std::filesystem::path& dir) {
  auto reader = must(SegmentReader::open(dir));
  std::vector<From> from;
  for (PartitionNumber p = 0; p < reader.partitions(); ++p) from.push_back({.partition = p});
  std::vector<Digest> heads(reader.partitions());
  std::uint64_t records = 0, wrong = 0;
  must(reader.scan(Topic::journal, from, [&](const LogRecord& record) {
    const auto* decision = decision_of(record.bytes);
    if (record.offset != 0) wrong += decision && *decision->prev() == heads[record.partition] ? 0 : 1;
    heads[record.partition] = sha256(record.bytes);
    ++records;
    return true;
  }));
  check(wrong == 0, "the chain of a journal made here holds");
  return records;
}

void run(std::uint64_t decisions, const std::filesystem::path& dir) {
  Scratch scratch(dir);
  {
    Deployment deployment(dir);
    deployment.create();
    Workload workload({});
    deployment.fill(workload, decisions);
    deployment.must_be_accepted();
    deployment.close();
  }
  std::uint64_t records = 0;
  double cpu_began = cpu_seconds();
  auto reading = timed([&] { records = read_and_hash(dir); });
  double reading_cpu = cpu_seconds() - cpu_began;
  auto count = static_cast<double>(records);
  cpu_began = cpu_seconds();
  forget_peak();
  std::uint64_t files = 0;
  auto folding = timed([&] {
    ReadOnlyLog log(must(SegmentReader::open(dir)));
    auto partitions = static_cast<PartitionNumber>(log.reader().partitions() - 1);
    auto store = must(RocksStore::open(dir / "rows.bench", {}));
    must(fold_in_bulk(log, partitions, *store, {}));
    files = store->size().young_files;
  });
  double folding_cpu = cpu_seconds() - cpu_began;
  auto folding_mib = peak_mib();
  std::filesystem::remove_all(dir / "rows.bench");
  std::uint64_t differing = 1;
  auto whole = timed([&] { differing = must(rebuild_rows(dir, {})).differing.value_or(1); });
  check(differing == 0, "a rebuild leads to the rows that the work led to");
  line("decisions", "{}", records);
  goal("rebuilt decisions/s", count / folding, 500'000, true, "/s");
  line("read and hashed, the limit", "{:.0f}/s (the rebuild reaches {:.2f} of it)", count / reading,
       reading / folding);
  line("CPU", "{:.2f} us a decision, all threads; reading and hashing alone {:.2f}",
       folding_cpu * 1e6 / count, reading_cpu * 1e6 / count);
  line("files left for compaction", "{}", files);
  line("toono rebuild, compared and switched", "{:.0f} decisions/s ({:.1f} s)", count / whole, whole);
  line("peak memory", "{} MiB of the rebuild, {} MiB with the comparison", folding_mib, peak_mib());
}

}  // namespace
}  // namespace toono::bench

int main(int argc, char** argv) {
  using namespace toono::bench;
  run(number_argument(argc, argv, 1, 1'000'000), path_argument(argc, argv, 2, "/tmp/toono-bench"));
  return 0;
}
