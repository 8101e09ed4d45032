// A bug is stopped where it is found, in release too. Input must never be able to fail a check.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace toono {

inline void check(bool holds, const char* what,
                  std::source_location where = std::source_location::current()) noexcept {
  if (holds) return;
  std::fprintf(stderr, "toono: a bug: %s: %s:%u: please report it with this line\n", what, where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

}  // namespace toono
