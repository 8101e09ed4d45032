// Every kind of breaking change is found, every allowed one is let through, and the released schemas still
// hold.
#include "adapters/json/evolution.h"

#include <filesystem>

#include "adapters/json/schemas.h"
#include "doctest/doctest.h"
#include "tests/json/flatc.h"

using namespace toono;
namespace fs = std::filesystem;

namespace {
std::string changed(std::string text, const std::string& from, const std::string& to) {
  auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string kBase = R"(namespace n;
attribute "optional"; attribute "derived"; attribute "personal"; attribute "subject";
enum Colour:ubyte { red = 0, green = 1, blue = 5 }
struct Id { bytes:[ubyte:16]; }
struct Place { x:int; y:int; }
table A { a:int (id: 0); }
table B { b:int (id: 0); }
table C { c:int (id: 0); }
union Any { A, B }
table Words { text:string (id: 0); }
table Root {
  id:Id (id: 0);
  count:int = 3 (id: 1, optional);
  colour:Colour (id: 2);
  name:string (id: 3);
  list:[int] (id: 4);
  words:Words (id: 5, personal: "identity", subject: "id");
  body:Any (id: 7);
  place:Place (id: 8);
  last:int (id: 9);
}
root_type Root;
file_identifier "TST1";
)";

struct Row {
  const char* name;
  const char* from;
  const char* to;
  const char* found;  // empty: allowed
};
const Row kRows[] = {
    {"same", "", "", ""},
    {"field removed at the end", "  last:int (id: 9);\n", "", "Root.last (id 9) is gone"},
    {"field renamed", "last:int", "latest:int", "Root.last (id 9) is now called latest"},
    {"field type", "last:int", "last:uint", "Root.last changed its type from Int to UInt"},
    {"list element", "list:[int]", "list:[long]", "Root.list changed its type from [Int] to [Long]"},
    {"field points at another table", "words:Words", "words:A",
     "Root.words changed its type from Obj n.Words to Obj n.A"},
    {"ids swapped", "place:Place (id: 8);\n  last:int (id: 9);", "place:Place (id: 9);\n  last:int (id: 8);",
     "Root.place (id 8) is now called last"},
    {"default", "= 3", "= 4", "Root.count changed its default"},
    {"null default", "last:int (id: 9)", "last:int = null (id: 9)",
     "Root.last changed whether it may be null"},
    {"required", "name:string (id: 3)", "name:string (id: 3, required)",
     "Root.name changed whether it is required"},
    {"new required field", "  last:int (id: 9);", "  last:int (id: 9);\n  more:string (id: 10, required);",
     "Root.more is new and required"},
    {"no longer optional", "(id: 1, optional)", "(id: 1)", "Root.count may no longer be left out"},
    {"derived", "name:string (id: 3)", "name:string (id: 3, derived)", "Root.name may no longer be sent"},
    {"class of words", "\"identity\"", "\"health\"", "Root.words changed its attribute personal"},
    {"subject of words", "subject: \"id\"", "subject: \"name\"", "Root.words changed its attribute subject"},
    {"enum value removed", ", blue = 5", "", "n.Colour.blue (5) is gone"},
    {"enum value renamed", "blue", "cyan", "n.Colour.blue (5) is now called cyan"},
    {"enum value renumbered", "blue = 5", "blue = 6", "n.Colour.blue changed its number from 5 to 6"},
    {"enum type", "Colour:ubyte", "Colour:ushort", "n.Colour changed its type from UByte to UShort"},
    {"union member removed", "{ A, B }", "{ A }", "n.Any.B (2) is gone"},
    {"union reordered", "{ A, B }", "{ B, A }", "n.Any.A changed its number from 1 to 2"},
    {"union member inserted", "{ A, B }", "{ C, A, B }", "n.Any.A changed its number from 1 to 2"},
    {"union tag at another table", "{ A, B }", "{ A, B: C }", "n.Any.B now holds Obj n.C instead of Obj n.B"},
    {"union member renamed", "{ A, B }", "{ A, C }", "n.Any.B (2) is now called C"},
    {"array length", "[ubyte:16]", "[ubyte:20]", "n.Id.bytes changed its type from [UByte:16] to [UByte:20]"},
    {"field added to a struct", "y:int; }", "y:int; z:int; }", "n.Place.z was added to a struct"},
    {"struct fields swapped", "x:int; y:int;", "y:int; x:int;", "n.Place.x (id 0) is now called y"},
    {"struct field type", "y:int; }", "y:float; }", "n.Place.y changed its type from Int to Float"},
    {"struct alignment", "struct Place {", "struct Place (force_align: 8) {",
     "struct n.Place changed its size or alignment"},
    {"struct becomes table", "struct Place { x:int; y:int; }",
     "table Place { x:int (id: 0); y:int (id: 1); }", "n.Place changed between struct and table"},
    {"table renamed", "table C {", "table D {", "n.C is gone"},
    {"file identifier", "TST1", "TST2", "the file identifier changed from \"TST1\" to \"TST2\""},
    {"root", "root_type Root", "root_type A", "the root changed from n.Root to n.A"},
    {"namespace", "namespace n;", "namespace m;", "n.Root is gone"},
    {"field appended", "  last:int (id: 9);", "  last:int (id: 9);\n  more:string (id: 10);", ""},
    {"field deprecated", "last:int (id: 9)", "last:int (id: 9, deprecated)", ""},
    {"enum value appended", "blue = 5", "blue = 5, white = 6", ""},
    {"union member appended", "{ A, B }", "{ A, B, C }", ""},
    {"table added", "table A {", "table Z { z:int (id: 0); }\ntable A {", ""},
    {"may be left out now", "name:string (id: 3)", "name:string (id: 3, optional)", ""},
    {"comment", "table A {", "/// Something.\ntable A {", ""},
};
}  // namespace

TEST_CASE("every breaking change is found and every allowed one is let through") {
  const auto before = compiled(kBase);
  for (const auto& row : kRows) {
    CAPTURE(row.name);
    const auto after = compiled(*row.from ? changed(kBase, row.from, row.to) : kBase);
    const auto changes = incompatible_changes(before, after);
    std::string all;
    for (const auto& change : changes) all += change + "\n";
    CAPTURE(all);
    CHECK(changes.empty() == (*row.found == '\0'));
    CHECK(all.find(row.found) != std::string::npos);
  }
}

TEST_CASE("a deprecated field does not come back") {
  const auto before = compiled(changed(kBase, "last:int (id: 9)", "last:int (id: 9, deprecated)"));
  const auto changes = incompatible_changes(before, compiled(kBase));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0] == "n.Root.last was deprecated and is used again");
}

TEST_CASE("what is not a schema is named") {
  const auto schema = embedded_schema("journal");
  const Buffer noise(100, 7);
  CHECK(incompatible_changes(noise, schema).size() == 1);
  CHECK(incompatible_changes(schema, {}).size() == 1);
  CHECK(incompatible_changes(schema, schema).empty());
  CHECK_FALSE(incompatible_changes(embedded_schema("commands"), schema).empty());
}

TEST_CASE("the schemas still hold what every released version promised") {
  const fs::path released = fs::path(TOONO_SOURCE_DIR) / "schemas" / "released";
  REQUIRE(fs::exists(released / "1"));
  int compared = 0;
  for (const auto& version : fs::directory_iterator(released)) {
    for (auto name : {"commands", "journal"}) {
      const auto old = read_file(version.path() / (std::string(name) + ".bfbs"));
      CAPTURE(version.path().string());
      CHECK(old.size() > 10'000);
      for (const auto& change : incompatible_changes(old, embedded_schema(name))) FAIL_CHECK(change);
      ++compared;
    }
  }
  CHECK(compared > 0);
}
