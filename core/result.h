// A value, or the Error that says what went wrong, where, and what to do next. The names are std::expected's,
// which gcc 12 does not have in C++20.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/check.h"

namespace toono {

/// What the caller should do. `usage` ends the program with 2, `world` with 3, the rest with 1.
enum class ErrorCode { refused, not_found, usage, world, damaged, busy };

/// One sentence each, in the order in which they are printed: `toono: WHAT: WHERE: WHAT NEXT`.
struct Error {
  ErrorCode code = ErrorCode::world;
  std::string what;
  std::string where;
  std::string next;
};

struct Unexpected {
  Error error;
};
inline Unexpected unexpected(Error error) { return {std::move(error)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}           // NOLINT: as std::expected
  Result(Unexpected no) : held_(std::in_place_index<1>, std::move(no.error)) {}  // NOLINT
  bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return check(has_value(), "value() of an error"), std::get<0>(held_); }
  const T& value() const& { return check(has_value(), "value() of an error"), std::get<0>(held_); }
  T&& value() && { return check(has_value(), "value() of an error"), std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return check(!has_value(), "error() of a value"), std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Unexpected no) : held_(std::move(no.error)), failed_(true) {}  // NOLINT
  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const { return check(failed_, "error() of a value"), held_; }

 private:
  Error held_;
  bool failed_ = false;
};

}  // namespace toono

/// Leaves the function with the error of `expression`, if it is one.
#define TOONO_TRY(expression)                                                       \
  do {                                                                              \
    if (const auto& tried = (expression); !tried) return unexpected(tried.error()); \
  } while (false)

#define TOONO_CONCAT_(a, b) a##b
#define TOONO_CONCAT(a, b) TOONO_CONCAT_(a, b)
/// `TOONO_ASSIGN(auto rows, store.scan(...));` declares rows, or leaves with the error.
#define TOONO_ASSIGN(declaration, expression)                                                     \
  auto TOONO_CONCAT(tried_, __LINE__) = (expression);                                             \
  if (!TOONO_CONCAT(tried_, __LINE__)) return unexpected(TOONO_CONCAT(tried_, __LINE__).error()); \
  declaration = *std::move(TOONO_CONCAT(tried_, __LINE__))
