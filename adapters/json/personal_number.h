// What no text that stands in clear may be: numbers by which a person is known. People put them where a case
// number belongs.
#pragma once

#include <string_view>

namespace toono {

/// What the text looks like, to be said of it: "a resident identity number", wherever in it that stands (18
/// places with a date and the check digit of GB 11643, or the 15 of before 1999 with a province and a date),
/// or "a telephone number", when it is nothing else (a mobile number or one with its area code, with or
/// without the country's). Empty: neither. Digits may be full-width or Mongolian, and any marks may stand
/// between them. Letters in front tell a number that only looks like a telephone's from one.
std::string_view personal_number_in(std::string_view text);

}  // namespace toono
