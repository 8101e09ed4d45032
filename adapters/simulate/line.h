// One command as a line of JSON, the way an edge gets it from a desk.
#pragma once

#include <string>
#include <string_view>

#include "adapters/json/writer.h"
#include "core/time.h"

namespace toono::simulate {

/// Who sends.
struct Who {
  StaffId staff;
  StationId station;
};

/// Fields are written in the order given; end() closes the line.
class Line {
 public:
  Line(std::string_view command, Who who) : command_(command) {
    out_.begin_object().field("command", command);
    out_.field("actor", std::to_string(who.staff.number()))
        .field("station", std::to_string(who.station.code()));
    out_.key("body").begin_object();
  }
  Line& text(std::string_view field, std::string_view value) { return out_.field(field, value), *this; }
  /// A word of an enumeration.
  Line& word(std::string_view field, const char* value) { return out_.field(field, value), *this; }
  Line& number(std::string_view field, std::int64_t value) { return out_.field(field, value), *this; }
  Line& truth(std::string_view field, bool value) { return out_.key(field).truth(value), *this; }
  template <ByteId Id>
  Line& id(std::string_view field, const Id& value) {
    return out_.field(field, to_text(value)), *this;
  }
  Line& station(std::string_view field, StationId value) {
    return out_.field(field, std::to_string(value.code())), *this;
  }
  Line& staff(std::string_view field, StaffId value) {
    return out_.field(field, std::to_string(value.number())), *this;
  }
  Line& at(std::string_view field, Instant value) { return out_.field(field, to_text(value)), *this; }
  Line& day(std::string_view field, Day value) { return out_.field(field, to_text(value)), *this; }

  std::string_view command() const { return command_; }
  /// Once only.
  const std::string& end(Instant occurred_at) {
    out_.end_object().field("occurred_at", to_text(occurred_at)).end_object();
    return out_.str();
  }

 private:
  std::string_view command_;
  JsonWriter out_;
};

}  // namespace toono::simulate
