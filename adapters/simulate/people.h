// Who calls: made-up people, some of whom call again.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "adapters/simulate/chance.h"
#include "core/ids.h"

namespace toono::simulate {

struct Person {
  PersonId id = {};
  std::string phone = {};
  Language language = Language::zh;
  StationId home = {};
  /// The last case, nil when there is none.
  CaseId last_case = {};
  /// Cases that are under way: only who has none can be forgotten.
  int open_cases = 0;
  bool is_alias = false;
  bool is_erased = false;
};

class People {
 public:
  Person& add(Person person) { return all_.emplace_back(std::move(person)); }
  std::string new_phone();
  /// Somebody known, or null; never one who was erased or found to be another.
  Person* known(Chance& chance);
  /// One of those found to be another, or null.
  Person* alias(Chance& chance);

 private:
  // A deque: stories keep pointers to people.
  std::deque<Person> all_;
  std::uint64_t phones_ = 0;
};

}  // namespace toono::simulate
