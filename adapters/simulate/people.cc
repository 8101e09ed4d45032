// The stock of people.
#include "adapters/simulate/people.h"

#include "adapters/simulate/words.h"

namespace toono::simulate {
namespace {
constexpr int kLooks = 8;
}

std::string People::new_phone() { return phone_number(phones_++); }

Person* People::known(Chance& chance) {
  for (int look = 0; look < kLooks && !all_.empty(); ++look) {
    auto& person = all_[chance.below(all_.size())];
    if (!person.is_alias && !person.is_erased && !is_nil(person.id)) return &person;
  }
  return nullptr;
}

Person* People::alias(Chance& chance) {
  if (all_.empty()) return nullptr;
  auto start = chance.below(all_.size());
  for (std::size_t i = 0; i < all_.size(); ++i) {
    auto& person = all_[(start + i) % all_.size()];
    if (person.is_alias && !person.is_erased) return &person;
  }
  return nullptr;
}

}  // namespace toono::simulate
