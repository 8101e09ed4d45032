// States and registry records as the fields of a JSON object that has begun.
#pragma once

#include <string>
#include <string_view>

#include "adapters/json/print.h"

namespace toono::cli {

/// The fields of `native`, by the schema's names (print.h), without the braces. `table` is its name in the
/// schema.
template <class Native>
std::string fields_of(const Native& native, std::string_view table, const JsonOptions& options = {}) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Native::TableType::Pack(builder, &native));
  auto text = to_json({builder.GetBufferPointer(), builder.GetSize()}, table, options);
  return text.substr(1, text.size() - 2);
}

}  // namespace toono::cli
