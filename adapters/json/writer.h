// Writes JSON from left to right: for answers that are not a table of the schema.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "adapters/json/print.h"

namespace toono {

/// Commas are put where they belong; nesting is the caller's to keep. Values are written as given, texts
/// escaped.
class JsonWriter {
 public:
  JsonWriter& open(char bracket) { return before(), out_ += bracket, fresh_ = true, *this; }
  JsonWriter& close(char bracket) { return out_ += bracket, fresh_ = false, *this; }
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_list() { return open('['); }
  JsonWriter& end_list() { return close(']'); }
  JsonWriter& key(std::string_view name) {
    before();
    out_ += json_quoted(name);
    out_ += ':';
    fresh_ = true;
    return *this;
  }
  JsonWriter& text(std::string_view value) { return raw(json_quoted(value)); }
  template <std::integral Number>
  JsonWriter& number(Number value) {
    return raw(std::to_string(value));
  }
  JsonWriter& truth(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json) {
    before();
    out_ += json;
    fresh_ = false;
    return *this;
  }
  JsonWriter& field(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonWriter& field(std::string_view name, const char* value) { return key(name).text(value); }
  template <std::integral Number>
  JsonWriter& field(std::string_view name, Number value) {
    if constexpr (std::is_same_v<Number, bool>)
      return key(name).truth(value);
    else
      return key(name).number(value);
  }
  const std::string& str() const { return out_; }

 private:
  void before() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }
  std::string out_;
  bool fresh_ = true;
};

}  // namespace toono
