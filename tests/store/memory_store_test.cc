// The contract of the store port, kept by the store in memory.
#include "adapters/memory/store.h"

#include "tests/contract/store_contract.h"

namespace toono {
namespace {

struct Memory {
  MemoryStore held;
  Store& store() { return held; }
  void reopen() {}
};

TEST_CASE("memory store: later changes win and removals hide") {
  contract::later_changes_win<Memory>();
  contract::removals_hide_stored_rows<Memory>();
}
TEST_CASE("memory store: a random history reads as an ordered map") {
  contract::random_histories<Memory>(3, 300);
}
TEST_CASE("memory store: readers see whole calls while another thread writes") {
  contract::readers_see_whole_calls<Memory>(500, 10);
}

}  // namespace
}  // namespace toono
