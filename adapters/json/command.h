// From JSON to a command: all of its form is checked here, at the edge, before anything is sealed or reaches
// a log.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "core/ids.h"
#include "core/result.h"
#include "schemas/commands_generated.h"

namespace toono {

struct TableShape;
struct FieldShape;

/// A value as it was given, before defaults and sealing.
struct GivenValue {
  alignas(8)
      std::array<std::uint8_t, 32> bytes{};  // a struct as it lies in a buffer; a scalar in the first eight
  std::string text;                          // texts, words and octets
  std::vector<GivenValue> items;             // of a list; the fields of a table, by position in its shape
  bool given = false;
};

/// Words that must be sealed before they are written. Valid as long as the command that they came from.
struct ClearField {
  std::string_view path;  // the field in the body, the same that goes into the seal
  SealClass seal_class = SealClass::identity;
  PersonId subject;  // whose words they are; nil when the command does not say
  std::string_view words;
};
using Sealer = std::function<Result<SealedT>(const ClearField&)>;

/// The body of a command in good form: every field is known, of its type and range, and none that must be
/// given is missing. Whether the command makes sense is for decide(). Not for use by two threads at once.
class ParsedCommand {
 public:
  CommandBody type() const { return type_; }
  /// As the union names it: "DispatchOrder".
  std::string_view name() const;
  /// Whether the command has such a field at all.
  bool knows(std::string_view field) const { return position(field) != kNone; }
  /// Whether it was given, or set since.
  bool has(std::string_view field) const { return at(field) != nullptr; }

  /// A struct field (CaseId, StationId, Instant...); none if it was not given or the command has no such
  /// field.
  template <class S>
  std::optional<S> get(std::string_view field) const {
    auto value = at(field);
    if (!value || struct_size(field) != sizeof(S)) return std::nullopt;
    std::array<std::uint8_t, sizeof(S)> raw;
    std::memcpy(raw.data(), value->bytes.data(), sizeof(S));
    return std::bit_cast<S>(raw);
  }
  /// Fills a struct field that the edge derives (ids, due dates). A field that the command does not have, or
  /// a struct of another size, is a bug. The canonical bytes stay as they were given.
  template <class S>
  void set(std::string_view field, const S& value) {
    check(struct_size(field) == sizeof(S), "set() of a field that the command does not have");
    auto& slot = values_[position(field)];
    std::memcpy(slot.bytes.data(), &value, sizeof(S));
    slot.given = true;
  }
  /// Numbers, truths and enumerations; none if not given.
  std::optional<std::uint64_t> number(std::string_view field) const;
  /// Texts, and words in clear; none if not given. Valid as long as this.
  std::optional<std::string_view> words(std::string_view field) const;

  /// The people it names by their ids, with the fields in which they stand; nil ids are left out.
  std::vector<std::pair<std::string_view, PersonId>> people() const;

  /// What build() will ask to seal, in its order. (No command has sealed words in a nested table.)
  std::vector<ClearField> clear_fields() const;

  /// One text for one meaning: independent of key order, blanks and number format in the JSON, different for
  /// different values. Contains words in clear: for the fingerprint only, never to be stored.
  const std::string& canonical() const { return canonical_; }

  /// Writes the body's table. `seal` is called for each of clear_fields(); its error is handed on. Error
  /// refused: words whose subject is nil. After an error the builder is to be cleared.
  Result<flatbuffers::Offset<void>> build(flatbuffers::FlatBufferBuilder& builder, const Sealer& seal) const;

 private:
  friend class CommandReader;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t position(std::string_view field) const;
  const GivenValue* at(std::string_view field) const;
  std::size_t struct_size(std::string_view field) const;

  CommandBody type_ = CommandBody::NONE;
  const TableShape* shape_ = nullptr;
  std::vector<GivenValue> values_;  // by position in the shape
  std::string canonical_;
};

/// One line of `toono send`, as it was given: what is absent is for the edge to fill.
struct LineCommand {
  std::optional<CommandId> id;
  std::optional<Instant> occurred_at;
  std::optional<StaffId> actor;
  std::optional<StationId> station;
  std::optional<std::uint64_t> expected_version;
  bool imported = false;
  ParsedCommand body;

  /// The canonical bytes of all that was given but the id.
  std::string canonical() const;
};

/// `{"id"?,"command","occurred_at"?,"actor"?,"station"?,"expected_version"?,"imported"?,"body":{...}}`. Error
/// refused: `where` is the JSON path ("$.body.station"; "character 17" when it is not JSON), `next` names the
/// nearest known word. Limits: 1 MiB, 16 levels, texts 4 KiB, words to be sealed 16 KiB. Safe from any
/// thread.
Result<LineCommand> parse_line(std::string_view json);

/// The id of a line that may be wrong in every other way: to answer a malformed line under its name.
std::optional<CommandId> id_of_line(std::string_view json);

/// The body alone: `body` is the JSON text of an object; paths begin with "$.body".
Result<ParsedCommand> parse_command(std::string_view command_name, std::string_view body);

}  // namespace toono
