// JSON text as a flat tree of nodes: what the readers of commands walk. Strict where most readers are
// lenient.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono {

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, integer, natural, real, text, list, object };
  Kind kind = Kind::null;
  std::string_view key;   // of a member of an object
  std::string_view text;  // of a text
  union {
    std::int64_t integer = 0;  // also boolean: 0 or 1
    std::uint64_t natural;     // only above the range of `integer`
    double real;
  };
  std::uint32_t end = 0;  // the node after this one's last descendant
};

/// Nodes in the order of the text: the children of node i are i + 1, then each child's `end`, up to i's own.
class JsonTree {
 public:
  const JsonNode& root() const { return nodes_.front(); }
  const JsonNode* begin_of(const JsonNode& parent) const { return &parent + 1; }
  const JsonNode* end_of(const JsonNode& parent) const { return nodes_.data() + parent.end; }
  const JsonNode* next(const JsonNode* node) const { return nodes_.data() + node->end; }

 private:
  friend class TreeBuilder;
  friend Result<JsonTree> read_json(std::string_view text);
  std::vector<JsonNode> nodes_;
  std::string letters_;  // what the views of the nodes look at; never grown after it was reserved
};

/// Reads one JSON value. Error refused, with the place: not JSON (RFC 8259), over 1 MiB, deeper than 16, a
/// key twice in one object or more than 256 keys, text that is not UTF-8 or has a lone surrogate.
Result<JsonTree> read_json(std::string_view text);

}  // namespace toono
