// What the tests of JSON share: bodies of commands as lines, and a sealer that does not seal.
#pragma once

#include <string>

#include "adapters/json/command.h"
#include "doctest/doctest.h"
#include "schemas/commands_generated.h"

namespace toono {

inline constexpr char kUuid[] = "0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f";

inline std::string quoted_uuid() { return std::string("\"") + kUuid + "\""; }

inline std::string line_of(const std::string& command, const std::string& body) {
  return "{\"command\":\"" + command + "\",\"body\":" + body + "}";
}

/// Keeps the words readable in the ciphertext, so that a test can see where they went.
inline Result<SealedT> keep_words(const ClearField& field) {
  SealedT sealed;
  sealed.person = field.subject;
  sealed.class_ = field.seal_class;
  sealed.path = field.path;
  sealed.ciphertext.assign(field.words.begin(), field.words.end());
  return sealed;
}

/// The parsed line, which must be in good form.
inline LineCommand accepted(const std::string& line) {
  auto parsed = parse_line(line);
  INFO(line);
  if (!parsed) {
    INFO(parsed.error().what << ": " << parsed.error().where);
    REQUIRE(parsed.has_value());
  }
  return *std::move(parsed);
}

/// The error of a line, which must have one.
inline Error refused(const std::string& line) {
  auto parsed = parse_line(line);
  INFO(line.substr(0, 200));
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

/// A whole record of the inbox around the body; verified.
inline flatbuffers::DetachedBuffer command_bytes(const ParsedCommand& command) {
  flatbuffers::FlatBufferBuilder builder;
  auto body = command.build(builder, keep_words);
  REQUIRE(body.has_value());
  const CommandId id;
  const EntityId entity;
  const Digest digest;
  const Instant now(1);
  const StaffId staff(15010001);
  const StationId station(150100);
  FinishCommandBuffer(builder, CreateCommand(builder, &id, &entity, &digest, &now, &now, false, &staff,
                                             &station, 0, 0, command.type(), *body));
  flatbuffers::Verifier verifier(builder.GetBufferPointer(), builder.GetSize());
  REQUIRE(VerifyCommandBuffer(verifier));
  return builder.Release();
}

}  // namespace toono
