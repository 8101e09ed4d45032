// What made-up people are called and say, in Chinese and in Mongolian script.
#pragma once

#include <string>

#include "adapters/simulate/chance.h"
#include "schemas/common_generated.h"

namespace toono::simulate {

std::string name_of_person(Language language, Chance& chance);
/// A mobile number of a block (170 0) that the words of no real person are looked up by here.
std::string phone_number(std::uint64_t n);
std::string narrative(Programme programme, Language language, Chance& chance);
/// What is noted while the work goes on.
std::string progress_note(Language language, Chance& chance);
std::string result_text(Language language, Chance& chance);
std::string reply_text(Language language, Chance& chance);

}  // namespace toono::simulate
