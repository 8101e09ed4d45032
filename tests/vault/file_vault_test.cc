// Directories, key files, rights and copies.
#include "adapters/vault/file_vault.h"

#include <sys/stat.h>

#include "tests/vault/vault_fixture.h"

namespace toono::test {

TEST_CASE("a vault is made once with a key file for its owner only") {
  Place place;
  REQUIRE(place.create().has_value());
  CHECK(place.key == place.root / "data.key");
  CHECK(FileVault::default_master_key_path("/a/b//") == "/a/b.key");
  for (const auto& path : {place.key, place.file}) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
  CHECK(bytes_in(place.file).size() == 512);
  CHECK(bytes_in(place.key).starts_with("toono-master-key-1 "));
  auto again = place.create();
  REQUIRE_FALSE(again.has_value());
  CHECK(is_error(again.error(), ErrorCode::refused));
  CHECK(place.open().has_value());
}

TEST_CASE("the key file must lie outside the data directory") {
  Place place;
  for (const char* inside : {"/master", "/../data/master", "/deep/er/master"}) {
    place.key = place.dir + inside;
    auto made = place.create();
    REQUIRE_FALSE(made.has_value());
    CHECK(is_error(made.error(), ErrorCode::usage));
    CHECK_FALSE(std::filesystem::exists(place.dir));
  }
}

TEST_CASE("a missing or wrong or open key file is refused in words") {
  Place place;
  Place other;
  other.entropy = SeededEntropy(2);
  REQUIRE(place.create().has_value());
  REQUIRE(other.create().has_value());
  const auto good = bytes_in(place.key);
  auto fails_with = [&](ErrorCode code) {
    auto opened_vault = place.open();
    REQUIRE_FALSE(opened_vault.has_value());
    CHECK(is_error(opened_vault.error(), code));
    CHECK(error_text(opened_vault.error()).find(good.substr(19, 64)) == std::string::npos);
  };
  write_bytes(place.key, bytes_in(other.key));
  fails_with(ErrorCode::refused);
  for (auto bad :
       {good.substr(0, 80), good + "\n", std::string(), "x" + good.substr(1), std::string(84, 'g')}) {
    write_bytes(place.key, bad);
    fails_with(ErrorCode::damaged);
  }
  write_bytes(place.key, good);
  CHECK(place.open().has_value());
  for (mode_t mode : {0640, 0604, 0620, 0666}) {
    ::chmod(place.key.c_str(), mode);
    fails_with(ErrorCode::refused);
  }
  std::filesystem::remove(place.key);
  fails_with(ErrorCode::not_found);
  write_bytes(place.key, good);
  ::chmod(place.key.c_str(), 0600);
  std::filesystem::remove(place.file);
  fails_with(ErrorCode::not_found);
  write_bytes(place.file, "short");
  fails_with(ErrorCode::damaged);
  write_bytes(place.file, std::string(512, 'x'));
  fails_with(ErrorCode::damaged);
}

TEST_CASE("an init cut short is carried on with the key that it made") {
  Place place;
  REQUIRE(place.create().has_value());
  auto key = bytes_in(place.key);
  std::filesystem::remove(place.file);
  write_bytes(place.file + ".new", "half");
  REQUIRE(place.create().has_value());
  CHECK(bytes_in(place.key) == key);
  CHECK_FALSE(std::filesystem::exists(place.file + ".new"));
}

TEST_CASE("keys and callers and tombstones are there when the vault is opened again") {
  Place place;
  auto vault = place.create().value();
  auto kept = vault->seal(context_of(1), "kept").value();
  auto erased = vault->seal(context_of(2), "erased").value();
  REQUIRE(vault->caller("110", person(1)).has_value());
  REQUIRE(vault->caller("120", person(2)).has_value());
  REQUIRE(vault->settle().has_value());
  REQUIRE(vault->destroy(person(2), std::nullopt).has_value());
  auto unsettled = vault->seal(context_of(3), "never settled").value();
  auto print = vault->fingerprint(bytes_of("command"));
  vault = place.open().value();
  CHECK(opened(*vault, kept) == "words: kept");
  CHECK(opened(*vault, erased) == "none");
  CHECK(opened(*vault, unsettled) == "damaged");
  CHECK(**vault->find_caller("110") == person(1));
  CHECK_FALSE(vault->find_caller("120")->has_value());
  CHECK_FALSE(vault->seal(context_of(2, SealClass::health), "x").has_value());
  CHECK(vault->fingerprint(bytes_of("command")) == print);
}

TEST_CASE("nothing of a person stands in the file in clear") {
  Place place;
  auto vault = place.create().value();
  REQUIRE(vault->seal(context_of(1), "Narantuya").has_value());
  REQUIRE(vault->caller("13800138000", person(1)).has_value());
  REQUIRE(vault->settle().has_value());
  auto bytes = bytes_in(place.file);
  CHECK(bytes.size() == 512 + 2 * 128);
  CHECK(bytes.find("Narantuya") == std::string::npos);
  CHECK(bytes.find("13800138000") == std::string::npos);
  auto plain_hash = sha256(bytes_of("13800138000"));
  CHECK(bytes.find(text_of(bytes_of(plain_hash))) == std::string::npos);
}

TEST_CASE("a copy made beside a writer is a vault") {
  Place place;
  auto writer = place.create().value();
  auto sealed = writer->seal(context_of(1), "words").value();
  REQUIRE(writer->settle().has_value());
  auto reader = place.open(Access::read_only).value();
  auto later = writer->seal(context_of(2), "later").value();
  auto erased = writer->seal(context_of(3), "erased").value();
  REQUIRE(writer->settle().has_value());
  REQUIRE(writer->destroy(person(3), std::nullopt).has_value());
  auto pending = writer->seal(context_of(4), "pending").value();
  // A writer in the middle of a slot.
  write_bytes(place.file, bytes_in(place.file) + "half a slot");

  std::string copy_dir = place.root / "copy";
  std::filesystem::create_directory(copy_dir);
  REQUIRE(reader->copy_to(copy_dir + "/vault").has_value());
  CHECK(is_error(reader->copy_to(copy_dir + "/vault").error(), ErrorCode::refused));
  CHECK(is_error(reader->copy_to(copy_dir + "/none/vault").error(), ErrorCode::world));
  auto copy = FileVault::open(copy_dir, place.key, place.entropy);
  REQUIRE(copy.has_value());
  CHECK(opened(**copy, sealed) == "words: words");
  CHECK(opened(**copy, later) == "words: later");
  CHECK(opened(**copy, erased) == "none");
  CHECK(opened(**copy, pending) == "damaged");
}

}  // namespace toono::test
