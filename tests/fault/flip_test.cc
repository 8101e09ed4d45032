// One byte changed anywhere in a small deployment: it is found and its file is named, or every answer is as
// before.
#include "tests/fault/fault.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

constexpr int kPeople = 12;

struct Words {
  Buffer seal;
  std::string words;
};

/// What can be asked: all rows, and the words of every person.
struct Answers {
  std::string rows;
  std::string words;
  bool operator==(const Answers&) const = default;
};

class Small {
 public:
  Small() {
    Load load(41, 3);
    auto engine = place.found();
    place.work(*engine, load, 80);
    for (int i = 0; i < kPeople; ++i) add_person(*engine, i);
    must(engine->vault().settle());
    must(engine->vault().destroy(person(1), std::nullopt));
    must(engine->store().flush());
    answers = must(ask(*engine));
    must(engine->close());
    engine.reset();
    key = FileVault::default_master_key_path(place.dir().string());
  }

  Result<Answers> ask(Engine& engine) const {
    Answers found{rows_digest(engine.store(), 3), {}};
    for (int i = 0; i < kPeople; ++i) {
      const auto& entry = seals[static_cast<std::size_t>(i)];
      TOONO_ASSIGN(auto words, engine.vault().open(*flatbuffers::GetRoot<Sealed>(entry.seal.data())));
      TOONO_ASSIGN(auto caller, engine.vault().find_caller("1380000" + std::to_string(1000 + i)));
      found.words += (words ? *words : "erased") + "/" + (caller ? to_text(*caller) : "nobody") + "\n";
    }
    return found;
  }

  /// Why the deployment in `dir` is refused; empty: it is not, and answers what it did.
  std::string what_is_wrong(const fs::path& dir) {
    was_opened = false;
    auto verified = verify_journal(dir);
    if (!verified) return error_text(verified.error());
    if (!verified->findings.empty()) return findings_text(*verified);
    was_opened = true;
    auto options = place.options();
    options.dir = dir;
    options.master_key = key;
    {
      auto store = RocksStore::open(DataPaths(dir).rows(), {});
      if (!store) return error_text(store.error());
      if (auto whole = (*store)->verify(); !whole) return error_text(whole.error());
    }
    auto engine = Engine::open(options);
    if (!engine) return error_text(engine.error());
    auto now = ask(**engine);
    if (!now) return error_text(now.error());
    engine->reset();
    if (*now == answers) return "";
    auto differing = check_rows(dir, {});
    if (!differing) return error_text(differing.error());
    return *differing > 0 ? "rows differ" : "UNNOTICED";
  }

  Deployment place;
  std::vector<Words> seals;
  Answers answers;
  std::string key;
  /// The last look went beyond reading the journal, and may have written.
  bool was_opened = false;

 private:
  static PersonId person(int i) {
    return id_from<PersonId>(bytes_of(sha256(bytes_of("person " + std::to_string(i)))));
  }
  void add_person(Engine& engine, int i) {
    Words entry;
    entry.words = "the words of person " + std::to_string(i);
    CommandId origin = id_as<CommandId>(person(i));
    auto seal =
        must(engine.vault().seal({person(i), SealClass::narrative, origin, "body.narrative"}, entry.words));
    (void)must(engine.vault().caller("1380000" + std::to_string(1000 + i), person(i)));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(Sealed::Pack(builder, &seal));
    entry.seal.assign(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
    seals.push_back(std::move(entry));
  }
};

/// Bytes of a file that may matter: without the zeros at its end, but for some.
std::size_t extent_of(const Buffer& bytes) {
  auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](auto byte) { return byte != 0; });
  return std::min(bytes.size(), static_cast<std::size_t>(bytes.rend() - last) + 64);
}

struct Seen {
  int flips = 0, found = 0, harmless = 0;
};

void change_byte(const fs::path& path, std::size_t at, std::uint8_t byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte));
  REQUIRE(file.good());
}

/// Flips one bit at `positions` random places of the file, each in a copy that is otherwise whole: a new one
/// when the last was opened, else the same with the byte put back.
Seen flip(Small& small, const fs::path& file, std::size_t positions, std::mt19937_64& random) {
  Seen seen;
  auto damaged = small.place.dir().parent_path() / "damaged";
  auto bytes = file_bytes(small.place.dir() / file);
  auto extent = extent_of(bytes);
  for (std::size_t i = 0; i < positions && extent > 0; ++i) {
    if (i == 0 || small.was_opened) copy_tree(small.place.dir(), damaged);
    auto at = static_cast<std::size_t>(random() % extent);
    change_byte(damaged / file, at, static_cast<std::uint8_t>(bytes[at] ^ 1u << random() % 8));
    auto wrong = small.what_is_wrong(damaged);
    if (!small.was_opened) change_byte(damaged / file, at, bytes[at]);
    INFO(file.string() << ", byte " << at << ": " << wrong);
    CHECK(wrong != "UNNOTICED");
    // What is wrong with a file is said with its path or its partition.
    if (!wrong.empty())
      CHECK((wrong.find("damaged") != std::string::npos ||
             wrong.find(small.place.dir().string()) != std::string::npos || wrong == "rows differ"));
    ++seen.flips;
    ++(wrong.empty() ? seen.harmless : seen.found);
  }
  return seen;
}

}  // namespace

TEST_CASE("a bit flipped in the journal is found and named or changes no answer") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Small small;
  REQUIRE(small.what_is_wrong(small.place.dir()) == "");
  auto seen = flip(small, fs::path("journal") / "000000000000.seg", run_long() ? 5000 : 150, random);
  MESSAGE("journal: " << seen.found << " of " << seen.flips << " found");
  // Only in the zeros behind the last frame, and in the mark that the log was closed, does a bit say nothing.
  CHECK(seen.found > seen.flips * 9 / 10);
}

TEST_CASE("a bit flipped in the vault is found and named or changes no answer") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Small small;
  auto seen = flip(small, "vault", run_long() ? 3000 : 80, random);
  MESSAGE("vault: " << seen.found << " of " << seen.flips << " found");
  CHECK(seen.found > 0);
}

TEST_CASE("a bit flipped in the rows is found and named or changes no answer") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Small small;
  Seen all;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(DataPaths(small.place.dir()).rows()))
    if (entry.is_regular_file()) files.push_back(fs::path("rows") / entry.path().filename());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    auto name = file.filename().string();
    if (name.starts_with("LOG") || name == "LOCK") continue;
    auto seen = flip(small, file, name.ends_with(".sst") ? (run_long() ? 1000 : 40) : (run_long() ? 300 : 15),
                     random);
    all.flips += seen.flips;
    all.found += seen.found;
    if (name.ends_with(".sst")) CHECK(seen.found == seen.flips);
  }
  MESSAGE("rows: " << all.found << " of " << all.flips << " found");
  CHECK(all.found > 0);
}

}  // namespace toono
