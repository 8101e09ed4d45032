// A disk without room: RocksDB would end the process, so the store is opened for reading.
#include <cstdint>
#include <filesystem>

#include "adapters/rocksdb/store.h"
#include "tests/temporary_directory.h"

namespace toono {

TEST_CASE("on a full disk the store answers, takes rows in memory, and says why it does not keep them") {
  namespace fs = std::filesystem;
  TemporaryDirectory directory;
  auto path = directory / "store";
  {
    auto store = RocksStore::open(path, {});
    REQUIRE(store.has_value());
    RowBatch rows;
    rows.put("a", "kept");
    REQUIRE((*store)->apply(rows).has_value());
    REQUIRE((*store)->flush().has_value());
  }
  auto files = [&] { return std::distance(fs::recursive_directory_iterator(path), {}); };
  auto before = files();
  {
    auto store = RocksStore::open(path, {.least_free_bytes = UINT64_MAX});
    REQUIRE(store.has_value());
    CHECK((*store)->get("a").value() == "kept");
    RowBatch rows;
    rows.put("b", "in memory");
    CHECK((*store)->apply(rows).has_value());
    CHECK((*store)->get("b").value() == "in memory");
    CHECK(files() == before);
    auto flushed = (*store)->flush();
    REQUIRE_FALSE(flushed.has_value());
    CHECK(flushed.error().code == ErrorCode::world);
    CHECK(flushed.error().what == "the disk was full when the store was opened");
  }
  auto store = RocksStore::open(path, {});
  REQUIRE(store.has_value());
  CHECK((*store)->get("a").value() == "kept");
  CHECK_FALSE((*store)->get("b").value().has_value());
  store->reset();
  CHECK(RocksStore::open(directory / "new", {.least_free_bytes = UINT64_MAX}).error().code ==
        ErrorCode::world);
}

}  // namespace toono
