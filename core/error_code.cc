#include "core/error_code.h"

namespace toono {

std::string_view to_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::world:
      return "world";
    case ErrorCode::damaged:
      return "damaged";
    case ErrorCode::busy:
      return "busy";
  }
  return "world";
}

}  // namespace toono
