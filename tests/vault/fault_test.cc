// Failing disks and killed processes: what settle() has promised is there, and nothing is promised after a
// failure.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/vault/vault_fixture.h"

namespace toono::test {
namespace {

/// Fails at a given write or sync; half of the bytes of a failing write arrive.
struct Faults {
  int writes_left = 1 << 30;
  int syncs_left = 1 << 30;
};
class FailingMedium final : public Medium {
 public:
  FailingMedium(std::unique_ptr<Medium> beneath, std::shared_ptr<Faults> faults)
      : beneath_(std::move(beneath)), faults_(std::move(faults)) {}
  Result<std::uint64_t> size() override { return beneath_->size(); }
  Result<std::size_t> read_at(std::uint64_t at, std::span<std::uint8_t> into) override {
    return beneath_->read_at(at, into);
  }
  Result<void> write_at(std::uint64_t at, Bytes bytes) override {
    if (faults_->writes_left-- > 0) return beneath_->write_at(at, bytes);
    TOONO_TRY(beneath_->write_at(at, bytes.first(bytes.size() / 2)));
    errno = ENOSPC;
    return unexpected(system_error("cannot write", "the test's disk"));
  }
  Result<void> sync() override {
    if (faults_->syncs_left-- > 0) return beneath_->sync();
    errno = EIO;
    return unexpected(system_error("cannot sync", "the test's disk"));
  }
  Result<void> truncate(std::uint64_t size) override { return beneath_->truncate(size); }

 private:
  std::unique_ptr<Medium> beneath_;
  std::shared_ptr<Faults> faults_;
};

struct Disk {
  TemporaryDirectory root;
  std::string path = root / "slots";
  SeededEntropy entropy{5};
  KeyBytes master{};
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();

  Disk() {
    entropy.fill(master);
    auto header = new_vault_header(master, entropy);
    write_bytes(path, std::string(text_of(header)));
  }
  std::unique_ptr<MemoryVault> open() {
    *faults = {};
    int file = ::open(path.c_str(), O_RDWR);
    auto medium = std::make_unique<FailingMedium>(std::make_unique<FileMedium>(file, path), faults);
    return MemoryVault::open(std::move(medium), master, entropy).value();
  }
};

}  // namespace

TEST_CASE("after a failed settle nothing is promised until the vault is opened again") {
  for (bool at_write : {true, false}) {
    CAPTURE(at_write);
    Disk disk;
    auto vault = disk.open();
    auto settled = vault->seal(context_of(1), "settled").value();
    REQUIRE(vault->settle().has_value());
    auto lost = vault->seal(context_of(2), "not settled").value();
    (at_write ? disk.faults->writes_left : disk.faults->syncs_left) = 0;
    auto failure = vault->settle();
    REQUIRE_FALSE(failure.has_value());
    CHECK(is_error(failure.error(), ErrorCode::world));

    *disk.faults = {};
    CHECK(is_error(vault->settle().error(), ErrorCode::world));
    CHECK(is_error(vault->seal(context_of(3), "a new key").error(), ErrorCode::world));
    CHECK(is_error(vault->caller("110", person(3)).error(), ErrorCode::world));
    CHECK(is_error(vault->destroy(person(1), std::nullopt).error(), ErrorCode::world));
    CHECK(opened(*vault, settled) == "words: settled");

    vault = disk.open();
    CHECK(opened(*vault, settled) == "words: settled");
    CHECK(opened(*vault, lost) == (at_write ? "damaged" : "words: not settled"));
    REQUIRE(vault->seal(context_of(3), "a new key").has_value());
    CHECK(vault->settle().has_value());
  }
}

TEST_CASE("a destruction that fails at any step is not said to be done and is done when repeated") {
  for (bool at_write : {true, false}) {
    for (int step = 0; step < 4; ++step) {
      CAPTURE(at_write);
      CAPTURE(step);
      Disk disk;
      auto vault = disk.open();
      auto sealed = vault->seal(context_of(1), "words").value();
      auto other = vault->seal(context_of(2), "another").value();
      REQUIRE(vault->caller("110", person(1)).has_value());
      REQUIRE(vault->settle().has_value());
      (at_write ? disk.faults->writes_left : disk.faults->syncs_left) = step;
      auto outcome = vault->destroy(person(1), std::nullopt);
      vault = disk.open();
      CHECK(opened(*vault, other) == "words: another");
      if (outcome) CHECK(opened(*vault, sealed) == "none");
      REQUIRE(vault->destroy(person(1), std::nullopt).has_value());
      CHECK(opened(*vault, sealed) == "none");
      CHECK_FALSE(vault->find_caller("110")->has_value());
      vault = disk.open();
      CHECK(opened(*vault, sealed) == "none");
      CHECK(opened(*vault, other) == "words: another");
    }
  }
}

TEST_CASE("keys settled in many groups are there again") {
  Disk disk;
  auto vault = disk.open();
  std::vector<SealedT> seals;
  for (std::uint32_t number = 0; number < 20000; ++number)
    seals.push_back(*vault->seal(context_of(number), "w"));
  disk.faults->writes_left = 1;  // the second group of 8,192 fails
  REQUIRE_FALSE(vault->settle().has_value());
  vault = disk.open();
  for (std::uint32_t number = 0; number < 8192; ++number)
    if (opened(*vault, seals[number]) != "words: w")
      FAIL("key " << number << " of the settled group is gone");
  CHECK(opened(*vault, seals.back()) == "damaged");
}

namespace {

// Seals without end; after each settle the seals go to the pipe, and the number of the person that was
// erased, if one was.
[[noreturn]] void seal_for_ever(Place& place, std::uint64_t seed, int pipe) {
  auto vault = place.open().value();
  place.entropy = SeededEntropy(seed);
  std::mt19937_64 chance(seed);
  for (std::uint32_t next = static_cast<std::uint32_t>(seed % 1000) * 100000;;) {
    std::string out;
    for (auto count = chance() % 40; count-- > 0; ++next) {
      auto sealed = vault->seal(context_of(next), std::to_string(next)).value();
      flatbuffers::FlatBufferBuilder builder;
      builder.FinishSizePrefixed(Sealed::Pack(builder, &sealed));
      out.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    }
    if (!vault->settle()) ::_exit(1);
    if (::write(pipe, out.data(), out.size()) != static_cast<ssize_t>(out.size())) ::_exit(2);
    if (chance() % 8 == 0 && !vault->destroy(person(next++), std::nullopt)) ::_exit(3);
  }
}

std::string read_some(int pipe, std::size_t wanted) {
  std::string all;
  std::array<char, 4096> part;
  while (all.size() < wanted) {
    auto count = ::read(pipe, part.data(), part.size());
    if (count <= 0) break;
    all.append(part.data(), static_cast<std::size_t>(count));
  }
  return all;
}

// Everything that the killed process said it had settled; the last seal may be cut.
std::size_t check_all_open(Vault& vault, const std::string& said) {
  std::size_t count = 0;
  for (std::size_t at = 0; at + 4 <= said.size();) {
    Buffer record(said.begin() + static_cast<std::ptrdiff_t>(at), said.end());
    auto size = flatbuffers::GetPrefixedSize(record.data());
    if (at + 4 + size > said.size()) break;
    auto words = vault.open(*flatbuffers::GetSizePrefixedRoot<Sealed>(record.data()));
    if (!words) FAIL("a settled seal does not open: " << error_text(words.error()));
    REQUIRE(words->has_value());
    at += 4 + size;
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("every settled key opens its seals after kill -9") {
  std::uint64_t seed = std::random_device{}();
  if (const char* given = std::getenv("TOONO_SEED")) seed = std::strtoull(given, nullptr, 10);
  CAPTURE(seed);
  Place place;
  REQUIRE(place.create().has_value());
  std::mt19937_64 chance(seed);
  std::size_t seals = 0;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      seal_for_ever(place, seed + static_cast<std::uint64_t>(round), ends[1]);
    }
    ::close(ends[1]);
    auto said = read_some(ends[0], 1 + chance() % 40000);
    ::kill(child, SIGKILL);
    said += read_some(ends[0], 1 << 20);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    auto vault = place.open();
    REQUIRE(vault.has_value());
    seals += check_all_open(**vault, said);
  }
  CHECK(seals > 1000);
}

}  // namespace toono::test
