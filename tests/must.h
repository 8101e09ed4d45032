// A value, or the test fails with the error's words.
#pragma once

#include "core/result.h"
#include "doctest/doctest.h"

namespace toono {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().what << ": " << result.error().where << ": " << result.error().next);
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (!result) FAIL(result.error().what << ": " << result.error().where << ": " << result.error().next);
}

}  // namespace toono
