// Drives Boost.JSON's parser. The only file that includes Boost.JSON, and the one that compiles it.
#include "adapters/json/json_tree.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <optional>

#include "adapters/json/text.h"

namespace toono {
namespace json = boost::json;

namespace {
constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxKeys = 256;  // of one object; keeps the search for doubles short
}  // namespace

// Collects nodes as the parser meets them. Boost's own DOM keeps the last of two equal keys in silence; this
// refuses.
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size = kMaxKeys;
  static constexpr std::size_t max_array_size = kMaxBytes;
  static constexpr std::size_t max_key_size = kMaxBytes;
  static constexpr std::size_t max_string_size = kMaxBytes;

  JsonTree tree;
  std::string path;  // of a key that stands twice

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open(JsonNode::Kind::object); }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }
  bool on_array_begin(json::error_code&) { return open(JsonNode::Kind::list); }
  bool on_array_end(std::size_t, json::error_code&) { return close(); }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return collect(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    collect(part);
    key_ = taken();
    if (!stands_already(key_)) return true;
    ec = json::error::extra_data;  // any error stops the parser; `path` says what it was
    return false;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return collect(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    collect(part);
    add(JsonNode::Kind::text).text = taken();
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    add(JsonNode::Kind::integer).integer = number;
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    add(JsonNode::Kind::natural).natural = number;
    return true;
  }
  bool on_double(double number, json::string_view, json::error_code&) {
    add(JsonNode::Kind::real).real = number;
    return true;
  }
  bool on_bool(bool truth, json::error_code&) {
    add(JsonNode::Kind::boolean).integer = truth;
    return true;
  }
  bool on_null(json::error_code&) {
    add(JsonNode::Kind::null);
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  void reserve(std::size_t text_size) {
    // Decoded text is never longer than its source, so views stay valid; 64 keeps short texts out of the
    // string itself, where a move would take them along.
    tree.letters_.reserve(text_size < 64 ? 64 : text_size);
    tree.nodes_.reserve(16);
  }

 private:
  bool collect(json::string_view part) {
    tree.letters_.append(part.data(), part.size());
    return true;
  }
  std::string_view taken() {
    std::string_view all(tree.letters_);
    auto text = all.substr(taken_);
    taken_ = all.size();
    return text;
  }
  JsonNode& add(JsonNode::Kind kind) {
    auto& node = tree.nodes_.emplace_back();
    node.kind = kind;
    node.key = std::exchange(key_, {});
    node.end = static_cast<std::uint32_t>(tree.nodes_.size());
    return node;
  }
  bool open(JsonNode::Kind kind) {
    add(kind);
    open_.push_back(tree.nodes_.size() - 1);
    return true;
  }
  bool close() {
    tree.nodes_[open_.back()].end = static_cast<std::uint32_t>(tree.nodes_.size());
    open_.pop_back();
    return true;
  }
  bool stands_already(std::string_view key) {
    for (auto i = open_.back() + 1; i < tree.nodes_.size(); i = tree.nodes_[i].end) {
      if (tree.nodes_[i].key != key) continue;
      path = path_to(key);
      return true;
    }
    return false;
  }
  std::string path_to(std::string_view key) const {
    std::string text = "$";
    for (std::size_t level = 1; level < open_.size(); ++level) {
      const auto parent = open_[level - 1];
      if (tree.nodes_[parent].kind == JsonNode::Kind::object) {
        text += "." + shown(tree.nodes_[open_[level]].key);
        continue;
      }
      std::size_t index = 0;
      for (auto i = parent + 1; i < open_[level]; i = tree.nodes_[i].end) ++index;
      text += "[" + std::to_string(index) + "]";
    }
    return text + "." + shown(key);
  }

  std::vector<std::size_t> open_;
  std::string_view key_;
  std::size_t taken_ = 0;
};

namespace {
/// Where the parser stopped at bytes that are no UTF-8, if it is for them that it stopped: the index of the
/// first.
std::optional<std::size_t> not_utf8(std::string_view text, std::size_t stopped_at) {
  for (std::size_t at = 0; at < text.size() && at <= stopped_at + 3;) {
    auto size = first_character(text.substr(at)).size;
    if (size == 0) return at;
    at += size;
  }
  return std::nullopt;
}

Error damage(std::string_view text, const json::error_code& ec, std::size_t at) {
  if (auto bad = not_utf8(text, at))
    return {ErrorCode::refused, "this is not UTF-8", "character " + std::to_string(*bad + 1),
            "send the text as UTF-8, without overlong forms and surrogates"};
  const std::string where = "character " + std::to_string(at + 1);
  if (ec == json::error::too_deep) {
    return {ErrorCode::refused, "the JSON is nested more than 16 deep", where, "send a flatter value"};
  }
  if (ec == json::error::object_too_large) {
    return {ErrorCode::refused, "an object has more than 256 fields", where,
            "send only the command's fields"};
  }
  return {ErrorCode::refused, "this is not JSON (" + ec.message() + ")", where,
          "send one JSON object a line"};
}
}  // namespace

Result<JsonTree> read_json(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return unexpected({ErrorCode::refused, "the JSON is longer than 1 MiB", "$", "send less in one command"});
  }
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<TreeBuilder> parser(options);
  auto& builder = parser.handler();
  builder.reserve(text.size());
  json::error_code ec;
  auto used = parser.write_some(false, text.data(), text.size(), ec);
  if (!builder.path.empty()) {
    return unexpected({ErrorCode::refused, "a field is given twice", builder.path, "give it once"});
  }
  if (!ec && used < text.size()) ec = json::error::extra_data;
  if (ec) return unexpected(damage(text, ec, used));
  return std::move(builder.tree);
}

}  // namespace toono
