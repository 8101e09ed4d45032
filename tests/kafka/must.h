// A value, or the test fails with the error's words.
#pragma once

#include "core/result.h"
#include "doctest/doctest.h"

namespace toono::testing {

inline std::string words(const Error& error) { return error.what + ": " + error.where + ": " + error.next; }
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(words(result.error()));
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (!result) FAIL(words(result.error()));
}

}  // namespace toono::testing
