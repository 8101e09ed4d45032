// Reads one JSON value into the form that its field asks for, or says what is wrong with it and where.
#include "adapters/json/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "adapters/json/nearest.h"
#include "adapters/json/text.h"
#include "core/time.h"

namespace toono {
namespace {
using JsonKind = JsonNode::Kind;
using reflection::BaseType;

constexpr double kMaxExact = 9007199254740992.0;  // 2^53: beyond it a double skips whole numbers

template <class T>
void put(std::uint8_t* out, T value) {
  std::memcpy(out, &value, sizeof value);
}

std::string_view name_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "true or false";
    case JsonKind::integer:
    case JsonKind::natural:
    case JsonKind::real:
      return "a number";
    case JsonKind::text:
      return "a text";
    case JsonKind::list:
      return "a list";
    case JsonKind::object:
      return "an object";
  }
  return "something else";
}

template <class T>
constexpr Range limits_of() {
  return {static_cast<std::int64_t>(std::numeric_limits<T>::min()),
          static_cast<std::uint64_t>(std::numeric_limits<T>::max())};
}

// A whole number however it was written: 3, 3.0, 3e0. Doubles beyond 2^53 are not taken for one.
struct Whole {
  bool is = false;
  bool negative = false;
  std::uint64_t bits = 0;
};
Whole whole_of(const JsonNode& node) {
  if (node.kind == JsonKind::natural) return {true, false, node.natural};
  auto number = node.integer;
  if (node.kind == JsonKind::real) {
    if (!(std::abs(node.real) <= kMaxExact) || node.real != std::floor(node.real)) return {};
    number = static_cast<std::int64_t>(node.real);
  } else if (node.kind != JsonKind::integer) {
    return {};
  }
  return {true, number < 0, static_cast<std::uint64_t>(number)};
}

std::optional<std::uint64_t> digits(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || text.front() == '+' || wrong != std::errc() || end != text.data() + text.size())
    return {};
  return number <= most ? std::optional(number) : std::nullopt;
}

std::optional<int> sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? std::optional(63) : std::nullopt;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) text.remove_suffix(1), ++padding;
  std::string bytes;
  std::uint32_t word = 0;
  int bits = 0;
  for (char c : text) {
    auto six = sextet(c);
    if (!six) return std::nullopt;
    word = (word << 6 | static_cast<std::uint32_t>(*six)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(word >> bits);
  }
  // Bits that no byte takes must be zero, else two texts would mean the same.
  return (word & ((1u << bits) - 1)) == 0 ? std::optional(bytes) : std::nullopt;
}

std::string list_of(const std::vector<std::string_view>& words) {
  std::string text;
  for (auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}
}  // namespace

Range range_of(BaseType base) {
  if (base == BaseType::Byte) return limits_of<std::int8_t>();
  if (base == BaseType::Short) return limits_of<std::int16_t>();
  if (base == BaseType::UShort) return limits_of<std::uint16_t>();
  if (base == BaseType::Int) return limits_of<std::int32_t>();
  if (base == BaseType::UInt) return limits_of<std::uint32_t>();
  if (base == BaseType::Long) return limits_of<std::int64_t>();
  if (base == BaseType::ULong) return limits_of<std::uint64_t>();
  return limits_of<std::uint8_t>();
}

std::string JsonPath::text() const {
  if (!parent) return "$";
  if (name.empty()) return parent->text() + "[" + std::to_string(index) + "]";
  return parent->text() + "." + shown(name);
}

bool ValueReader::refuse(const JsonPath& path, std::string what, std::string next) {
  error_ = {ErrorCode::refused, std::move(what), path.text(), std::move(next)};
  return false;
}

bool ValueReader::refuse_unknown(const JsonPath& path, std::string_view of,
                                 const std::vector<std::string_view>& known) {
  auto meant = nearest(path.name, known);
  auto next = !meant.empty()  ? "did you mean \"" + std::string(meant) + "\"?"
              : known.empty() ? "send an empty object"
                              : "the fields are " + list_of(known);
  return refuse(path, "\"" + shown(path.name) + "\" is not a field of " + std::string(of), std::move(next));
}

bool ValueReader::expected(const JsonPath& path, const JsonNode& got, std::string_view what,
                           std::string_view example) {
  auto is = got.kind == JsonKind::text ? "\"" + shown(got.text) + "\"" : std::string(name_of(got.kind));
  if (got.kind == JsonKind::null) return refuse(path, "null is not a value here", "leave the field out");
  return refuse(path, "this should be " + std::string(what) + " and is " + is,
                "write it like " + std::string(example));
}

bool ValueReader::table(const TableShape& shape, const JsonNode& node, const JsonPath& path,
                        std::vector<GivenValue>& values) {
  if (node.kind != JsonKind::object) return expected(path, node, "an object", "{...}");
  values.resize(shape.fields.size());
  for (auto child = tree_.begin_of(node); child != tree_.end_of(node); child = tree_.next(child)) {
    const JsonPath here{&path, child->key};
    auto field = shape.find(child->key);
    if (!field || field->deprecated || field->type.kind == Kind::union_tag || child->key.empty()) {
      std::vector<std::string_view> known;
      for (const auto& each : shape.fields)
        if (!each.deprecated && !each.derived && each.type.kind != Kind::union_tag)
          known.push_back(each.name);
      return refuse_unknown(here, shape.name, known);
    }
    if (field->derived) return refuse(here, "\"" + field->name + "\" is worked out here", "leave it out");
    auto& slot = values[static_cast<std::size_t>(field - shape.fields.data())];
    if (!value(*field, *child, here, slot)) return false;
    slot.given = true;
  }
  return missing(shape, path, values);
}

// Returns false when something is missing, as all others do on an error.
bool ValueReader::missing(const TableShape& shape, const JsonPath& path,
                          const std::vector<GivenValue>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& field = shape.fields[i];
    if (values[i].given || field.optional || field.derived || field.deprecated) continue;
    if (field.type.kind == Kind::union_tag) continue;
    return refuse({&path, field.name}, "\"" + field.name + "\" of " + shape.name + " is missing",
                  "give it; `toono template` and `toono schema` show how");
  }
  return true;
}

bool ValueReader::value(const FieldShape& field, const JsonNode& node, const JsonPath& path,
                        GivenValue& out) {
  if (field.type.kind == Kind::list) return list(field, node, path, out);
  return plain(field.type, node, path, out);
}

bool ValueReader::plain(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out) {
  switch (type.kind) {
    case Kind::boolean:
      if (node.kind != JsonKind::boolean) return expected(path, node, "true or false", "true");
      return put(out.bytes.data(), node.integer), true;
    case Kind::integer:
      return integer(type, node, path, out);
    case Kind::real:
      return real(type, node, path, out);
    case Kind::enumeration:
      return enumeration(*type.names, node, path, out);
    case Kind::text:
      return text(node, path, out.text, false);
    case Kind::sealed:
      return text(node, path, out.text, true);
    case Kind::octets:
      return octets(node, path, out.text);
    case Kind::uuid:
    case Kind::digest:
      return id(type, node, path, out);
    case Kind::code:
      return code(type, node, path, out);
    case Kind::instant:
      return instant(node, path, out.bytes.data());
    case Kind::day:
      return day(node, path, out);
    case Kind::event_ref:
      return event_ref(node, path, out.bytes.data());
    case Kind::moment:
      return moment(node, path, out);
    case Kind::record:
      return record(*type.object, node, path, out);
    case Kind::table:
      return table(*type.object, node, path, out.items);
    case Kind::list:
    case Kind::choice:
    case Kind::union_tag:
      break;
  }
  return refuse(path, "this field cannot be given as JSON", "leave it out");
}

bool ValueReader::integer(const TypeShape& type, const JsonNode& node, const JsonPath& path,
                          GivenValue& out) {
  const auto number = whole_of(node);
  const auto range = range_of(type.base);
  const bool inside =
      number.negative ? static_cast<std::int64_t>(number.bits) >= range.low : number.bits <= range.high;
  if (!number.is) return expected(path, node, "a whole number", "12");
  if (inside) return put(out.bytes.data(), number.bits), true;
  return refuse(path, "this number is out of range",
                "it may be from " + std::to_string(range.low) + " to " + std::to_string(range.high));
}

bool ValueReader::real(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out) {
  const auto whole = whole_of(node);
  if (node.kind != JsonKind::real && !whole.is) return expected(path, node, "a number", "1.5");
  double number = node.kind == JsonKind::real ? node.real : static_cast<double>(whole.bits);
  if (whole.is && whole.negative) number = static_cast<double>(static_cast<std::int64_t>(whole.bits));
  if (type.base == BaseType::Float) number = static_cast<double>(static_cast<float>(number));
  if (!std::isfinite(number)) return refuse(path, "this number is out of range", "send a smaller one");
  return put(out.bytes.data(), number == 0 ? 0.0 : number), true;  // -0 and 0 are one
}

bool ValueReader::enumeration(const EnumShape& names, const JsonNode& node, const JsonPath& path,
                              GivenValue& out) {
  auto value = node.kind == JsonKind::text ? names.find(node.text) : nullptr;
  if (value) return put(out.bytes.data(), value->value), true;
  std::vector<std::string_view> known;
  for (const auto& each : names.values) known.push_back(each.name);
  auto allowed = "use one of " + list_of(known);
  if (node.kind != JsonKind::text) {
    return refuse(path, "a " + names.name + " is named by a text, not by " + std::string(name_of(node.kind)),
                  allowed);
  }
  auto meant = nearest(node.text, known);
  if (!meant.empty()) allowed = "did you mean \"" + std::string(meant) + "\"? " + allowed;
  return refuse(path, "\"" + shown(node.text) + "\" is not a " + names.name, allowed);
}

// The parser has made sure that the text is UTF-8.
bool ValueReader::text(const JsonNode& node, const JsonPath& path, std::string& out, bool to_be_sealed) {
  if (node.kind != JsonKind::text) return expected(path, node, "a text", "\"...\"");
  const auto most = to_be_sealed ? kMaxWordsBytes : kMaxTextBytes;
  if (node.text.size() > most) {
    return refuse(
        path,
        "the text has " + std::to_string(node.text.size()) + " bytes, more than " + std::to_string(most),
        "shorten it");
  }
  for (auto rest = node.text; !rest.empty();) {
    auto character = first_character(rest);
    check(character.size != 0, "the JSON parser let in what is not UTF-8");
    if (character.code == 0) return refuse(path, "the text contains a NUL", "take it out");
    if (!to_be_sealed && is_bidi_control(character.code)) {
      return refuse(path, "the text contains a control of writing direction",
                    "take it out: names must read as they are");
    }
    rest.remove_prefix(character.size);
  }
  return out = node.text, true;
}

bool ValueReader::octets(const JsonNode& node, const JsonPath& path, std::string& out) {
  auto bytes = node.kind == JsonKind::text ? from_base64(node.text) : std::nullopt;
  if (!bytes) return expected(path, node, "base64 with padding", "\"AAEC\"");
  return out = std::move(*bytes), true;
}

bool ValueReader::id(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out) {
  if (type.kind == Kind::digest) {
    auto bad = [](char c) { return !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'); };
    if (node.kind != JsonKind::text || node.text.size() != 64 ||
        std::any_of(node.text.begin(), node.text.end(), bad)) {
      return expected(path, node, "64 lower-case hexadecimal digits", "\"00ff...\"");
    }
    for (std::size_t i = 0; i < 32; ++i)
      std::from_chars(node.text.data() + 2 * i, node.text.data() + 2 * i + 2, out.bytes[i], 16);
    return true;
  }
  auto uuid = node.kind == JsonKind::text ? parse_uuid(node.text) : std::nullopt;
  if (!uuid) return expected(path, node, "a UUID", "\"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f\"");
  if (is_nil(*uuid))
    return refuse(path, "the nil UUID names nothing", "give the id of a " + type.object->name);
  return put(out.bytes.data(), *uuid), true;
}

bool ValueReader::code(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const auto whole = whole_of(node);
  std::optional<std::uint64_t> number;
  if (node.kind == JsonKind::text) number = digits(node.text, kMost);
  if (whole.is && !whole.negative && whole.bits <= kMost) number = whole.bits;
  if (!number) return expected(path, node, "a decimal number in a text", "\"150100\"");
  if (*number == 0 && type.object->name == "StationId") {
    return refuse(path, "station 0 is none", "give a station's code; `toono stations` lists them");
  }
  return put(out.bytes.data(), static_cast<std::uint32_t>(*number)), true;
}

bool ValueReader::instant(const JsonNode& node, const JsonPath& path, std::uint8_t* out) {
  if (node.kind != JsonKind::text) return expected(path, node, "an instant", "\"2026-03-02T09:00:00+08:00\"");
  auto instant = parse_instant(node.text);
  if (!instant)
    return refuse(path, instant.error().what + ": " + instant.error().where, instant.error().next);
  if (is_none(*instant))
    return refuse(path, "1970-01-01T00:00:00Z stands for no time at all", "leave it out");
  return put(out, instant->ms()), true;
}

bool ValueReader::day(const JsonNode& node, const JsonPath& path, GivenValue& out) {
  if (node.kind != JsonKind::text) return expected(path, node, "a day", "\"2026-03-02\"");
  auto day = parse_day(node.text);
  if (!day) return refuse(path, day.error().what + ": " + day.error().where, day.error().next);
  return put(out.bytes.data(), day->days()), true;
}

// "seq:index", or with the partition before it as answers print it; the partition is that of the entity
// anyway.
bool ValueReader::event_ref(const JsonNode& node, const JsonPath& path, std::uint8_t* out) {
  auto text = node.kind == JsonKind::text ? node.text : std::string_view();
  auto last = text.rfind(':');
  auto before = last == std::string_view::npos ? std::string_view() : text.substr(0, last);
  auto first = before.find(':');
  auto partition = first == std::string_view::npos ? "0" : before.substr(0, first);
  auto seq = digits(before.substr(first == std::string_view::npos ? 0 : first + 1), UINT64_MAX);
  auto index = digits(text.substr(last == std::string_view::npos ? text.size() : last + 1), UINT16_MAX);
  if (!seq || !index || *seq == 0 || (partition != "r" && !digits(partition, UINT16_MAX))) {
    return expected(path, node, "the id of an event", "\"42:0\", or \"7:42:0\" with its partition");
  }
  return put(out, *seq), put(out + 8, static_cast<std::uint16_t>(*index)), true;
}

bool ValueReader::moment(const JsonNode& node, const JsonPath& path, GivenValue& out) {
  const JsonNode *at = nullptr, *event = nullptr;
  if (node.kind != JsonKind::object)
    return expected(path, node, "a moment", "{\"at\":\"...\",\"event\":\"42:0\"}");
  for (auto child = tree_.begin_of(node); child != tree_.end_of(node); child = tree_.next(child)) {
    if (child->key != "at" && child->key != "event")
      return refuse_unknown({&path, child->key}, "Moment", {"at", "event"});
    (child->key == "at" ? at : event) = child;
  }
  if (!at || !event) return refuse({&path, at ? "event" : "at"}, "a moment needs both", "give it");
  return instant(*at, {&path, "at"}, out.bytes.data()) &&
         event_ref(*event, {&path, "event"}, out.bytes.data() + 8);
}

bool ValueReader::record(const TableShape& shape, const JsonNode& node, const JsonPath& path,
                         GivenValue& out) {
  std::vector<GivenValue> values;
  check(shape.size <= out.bytes.size(), "a struct of a command has at most 32 bytes");
  if (!table(shape, node, path, values)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::memcpy(out.bytes.data() + shape.fields[i].offset, values[i].bytes.data(),
                shape.fields[i].type.width);
  }
  return true;
}

bool ValueReader::list(const FieldShape& field, const JsonNode& node, const JsonPath& path, GivenValue& out) {
  if (node.kind != JsonKind::list) return expected(path, node, "a list", "[...]");
  for (auto child = tree_.begin_of(node); child != tree_.end_of(node); child = tree_.next(child)) {
    const JsonPath here{&path, {}, out.items.size()};
    auto& item = out.items.emplace_back();
    item.given = true;
    if (!plain(field.element, *child, here, item)) return false;
  }
  return true;
}

void append_fixed(std::string& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

namespace {
void append_value(std::string& out, const TypeShape& type, const GivenValue& value) {
  if (type.kind == Kind::table) return append_canonical(out, *type.object, value.items);
  if (type.kind == Kind::text || type.kind == Kind::sealed || type.kind == Kind::octets) {
    append_fixed(out, value.text.size());
    out += value.text;
    return;
  }
  out.append(reinterpret_cast<const char*>(value.bytes.data()), type.object ? type.object->size : 8);
}
}  // namespace

void append_canonical(std::string& out, const TableShape& shape, const std::vector<GivenValue>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].given) continue;
    const auto& field = shape.fields[i];
    append_fixed(out, std::uint64_t{field.id} + 1);
    if (field.type.kind != Kind::list) {
      append_value(out, field.type, values[i]);
      continue;
    }
    append_fixed(out, values[i].items.size());
    for (const auto& item : values[i].items) append_value(out, field.element, item);
  }
  append_fixed(out, 0);
}

}  // namespace toono
