// Which texts look like a number by which a person is known.
#include "adapters/json/personal_number.h"

#include <doctest/doctest.h>

#include "adapters/json/command.h"

namespace toono {

TEST_CASE("an identity or telephone number is seen in what should be a case number") {
  constexpr std::string_view kIdentity = "a resident identity number", kTelephone = "a telephone number",
                             kNone = "";
  struct Row {
    std::string_view text, looks_like;
  };
  // The two numbers of GB 11643's own example, and one of nobody.
  const Row rows[] = {
      {"11010519491231002X", kIdentity},
      {"11010519491231002x", kIdentity},
      {"440524188001010014", kIdentity},
      {"110105 19491231 002X", kIdentity},
      {"110105-19491231-002X", kIdentity},
      {"１１０１０５１９４９１２３１００２Ｘ", kIdentity},
      {"ID 11010519491231002X (copy)", kIdentity},
      {"TS11010519491231002X", kIdentity},
      {"110105.19491231.002X", kIdentity},
      {"110105/19491231/002X", kIdentity},
      {"110105\u00a019491231\u00a0002X", kIdentity},                    // no-break spaces
      {"110105\u3000１９４９１２３１\uff0d002Ｘ", kIdentity},           // wide space, wide hyphen
      {"110105\u200b19491231\u2010002X", kIdentity},                    // no width, another hyphen
      {"\u1811\u1811\u1810\u1811\u1810\u181519491231002X", kIdentity},  // Mongolian digits
      {"2026/7 110105-19491231-002X", kIdentity},
      {"2026 11010519491231002X", kIdentity},
      {"110105491231002", kIdentity},  // the form of before 1999
      {"110105 491231 002", kIdentity},
      {"110105.491231.002", kIdentity},
      {"１１０１０５４９１２３１００２", kIdentity},
      {"TS110105491231002", kIdentity},
      {"150100260302001", kNone},  // a region, a day of today, a number
      {"150100-260302-001", kNone},
      {"990105491231002", kNone},      // no province
      {"110105491331002", kNone},      // no month
      {"1101054912310021", kNone},     // a place more
      {"110105194912310021", kNone},   // another check digit
      {"110105194913310026", kNone},   // no month
      {"1101051949123100211", kNone},  // a place more
      {"44052418800101001", kNone},
      {"13800138000", kTelephone},
      {"138-0013-8000", kTelephone},
      {"+86 138 0013 8000", kTelephone},
      {"008613800138000", kTelephone},
      {"8613800138000", kTelephone},
      {"１３８００１３８０００", kTelephone},
      {"(0471) 3456789", kTelephone},
      {"138.0013.8000", kTelephone},
      {"138\u00a00013\u00a08000", kTelephone},
      {"＋86－138－0013－8000", kTelephone},
      {"0471/3456789", kTelephone},
      {"\u1811\u1813\u1818\u1810\u1810\u1811\u1813\u1818\u1810\u1810\u1810", kTelephone},
      {"010-62345678", kTelephone},
      {"+976 9911 2233", kTelephone},
      {"LINE-13800138000", kNone},  // letters say that it is another line's number
      {"12800138000", kNone},
      {"138001380001", kNone},
      {"04710000123", kNone},
      {"0300000146", kNone},  // a case number
      {"2026-0042", kNone},
      {"TS-2026-0042", kNone},
      {"173618", kNone},
      {"", kNone},
      {"+", kNone},
      {"0", kNone},
      {"00", kNone},
      {"\xef\xbc", kNone},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(personal_number_in(row.text) == row.looks_like);
  }
}

TEST_CASE("a case from elsewhere under a personal number is refused and the number is not said again") {
  auto line = [](std::string_view id) {
    return parse_line(
        R"({"command":"RegisterCase","body":{"programme":"other","language":"zh","channel":"phone",)"
        R"("foreign_id":")" +
        std::string(id) + R"("}})");
  };
  CHECK(line("TS-2026-0042").has_value());
  for (auto id : {"11010519491231002X", "110105491231002", "13800138000", "138\u00a00013\u00a08000"}) {
    auto refused = line(id);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().where == "$.body.foreign_id");
    CHECK(refused.error().what.find("looks like a") != std::string::npos);
    CHECK((refused.error().what + refused.error().next).find(id) == std::string::npos);
  }
}

}  // namespace toono
