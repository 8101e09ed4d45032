// Values of kinds that no command has today, and fields that the edge works out, over a schema of the test's
// own.
#include "adapters/json/values.h"

#include "core/time.h"
#include "doctest/doctest.h"
#include "tests/json/flatc.h"

using namespace toono;

namespace {
constexpr char kSchema[] = R"(namespace toono;
attribute "optional"; attribute "derived";
struct Instant { ms:long; }
struct EventRef { seq:ulong; index:ushort; }
struct Moment { at:Instant; event:EventRef; }
struct Digest { bytes:[ubyte:32]; }
table Odd {
  made:int (id: 0, derived);
  raw:[ubyte] (id: 1, optional);
  hash:Digest (id: 2, optional);
  when:Moment (id: 3, optional);
  share:double (id: 4, optional);
  low:byte (id: 5, optional);
  big:ulong (id: 6, optional);
  least:long (id: 7, optional);
  gone:int (id: 8, deprecated);
  names:[string] (id: 9, optional);
}
root_type Odd;
)";

struct Read {
  bool good = false;
  Error error;
  std::vector<GivenValue> values;
  std::string canonical;
};

Read read(const std::string& json) {
  static const Buffer schema = compiled(kSchema);
  static const Shapes odd({schema});
  auto tree = read_json(json);
  REQUIRE(tree.has_value());
  ValueReader reader(*tree);
  Read out;
  out.good = reader.table(*odd.table("Odd"), tree->root(), JsonPath{}, out.values);
  out.error = reader.error();
  if (out.good) append_canonical(out.canonical, *odd.table("Odd"), out.values);
  return out;
}
}  // namespace

TEST_CASE("what the edge works out is not needed and is refused when sent") {
  CHECK(read("{}").good);
  auto sent = read(R"({"made":1})");
  CHECK_FALSE(sent.good);
  CHECK(sent.error.where == "$.made");
  CHECK(sent.error.what.find("worked out") != std::string::npos);
  CHECK_FALSE(read(R"({"gone":1})").good);
}

TEST_CASE("bytes are base64 with one spelling") {
  CHECK(read(R"({"raw":"AAEC/w=="})").values[1].text == std::string("\0\1\2\xff", 4));
  CHECK(read(R"({"raw":""})").good);
  for (auto bad : {"A", "AAA", "AB==", "AAF=", "A===", "====", "AA=A", "AA-_", " AAA"}) {
    CAPTURE(bad);
    CHECK_FALSE(read(std::string("{\"raw\":\"") + bad + "\"}").good);
  }
}

TEST_CASE("texts in a list do not run together") {
  CHECK(read(R"({"names":["a","b"]})").canonical != read(R"({"names":["ab",""]})").canonical);
  CHECK(read(R"({"names":[]})").canonical != read("{}").canonical);
  CHECK(read(R"({"names":["a",7]})").error.where == "$.names[1]");
}

TEST_CASE("digests are lower case hexadecimal") {
  const std::string hex = "00ff" + std::string(60, '1');
  auto hash = read("{\"hash\":\"" + hex + "\"}");
  REQUIRE(hash.good);
  CHECK(to_hex(hash.values[2].bytes) == hex);
  CHECK_FALSE(read("{\"hash\":\"" + hex.substr(1) + "\"}").good);
  CHECK_FALSE(read("{\"hash\":\"" + std::string(64, 'F') + "\"}").good);
}

TEST_CASE("moments need both parts") {
  auto when = read(R"({"when":{"event":"7:42:1","at":"2026-03-02T09:00:00+08:00"}})");
  REQUIRE(when.good);
  std::uint64_t parts[3];
  std::memcpy(parts, when.values[3].bytes.data(), sizeof parts);
  CHECK(parts[0] == 1772413200000u);
  CHECK(parts[1] == 42);
  CHECK((parts[2] & 0xffff) == 1);
  CHECK(read(R"({"when":{"event":"42:1"}})").error.where == "$.when.at");
  CHECK(read(R"({"when":{"event":"42:65536","at":"2026-03-02T09:00:00+08:00"}})").error.where ==
        "$.when.event");
  CHECK(read(R"({"when":{"even":"42:1"}})").error.next == "did you mean \"event\"?");
}

TEST_CASE("numbers keep their range and their meaning") {
  CHECK(read(R"({"low":-128})").good);
  CHECK_FALSE(read(R"({"low":-129})").good);
  CHECK_FALSE(read(R"({"low":128})").good);
  CHECK(read(R"({"big":18446744073709551615})").good);
  CHECK_FALSE(read(R"({"big":18446744073709551616})").good);
  CHECK_FALSE(read(R"({"big":-1})").good);
  CHECK(read(R"({"least":-9223372036854775808})").good);
  CHECK_FALSE(read(R"({"least":9223372036854775808})").good);
  CHECK_FALSE(read(R"({"least":9007199254740994.0})").good);
  CHECK(read(R"({"share":1})").canonical == read(R"({"share":1.0})").canonical);
  CHECK(read(R"({"share":-0.0})").canonical == read(R"({"share":0})").canonical);
  CHECK(read(R"({"share":-1})").canonical == read(R"({"share":-10e-1})").canonical);
  CHECK_FALSE(read(R"({"share":1e999})").good);
}
