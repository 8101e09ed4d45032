#include "adapters/engine/address.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

#include "adapters/json/nearest.h"
#include "commands/pressure.h"

namespace toono {
namespace {

constexpr std::string_view kEmbedded = "embedded:";
constexpr std::string_view kKafka = "kafka:";
constexpr const char* kNodeDir = "./toono-node";
constexpr const char* kExample =
    "packaging/toono.toml.example (installed in /usr/share/doc/toono/examples) has every key";

Unexpected wrong(std::string what, std::string where, std::string next) {
  return unexpected({ErrorCode::usage, std::move(what), std::move(where), std::move(next)});
}

/// HOST:PORT, with brackets around an IPv6 address.
bool is_broker(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  auto port = text.substr(colon + 1);
  std::uint16_t number = 0;
  auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
  return problem == std::errc() && end == port.data() + port.size() && number != 0;
}

Result<void> check_brokers(std::string_view brokers, const std::string& where) {
  for (std::size_t at = 0; at <= brokers.size();) {
    auto comma = std::min(brokers.find(',', at), brokers.size());
    if (!is_broker(brokers.substr(at, comma - at)))
      return wrong("this is not a broker's address", where, "say HOST:PORT[,HOST:PORT...]");
    at = comma + 1;
  }
  return {};
}

/// A property's value as librdkafka takes it: text, a number or true.
std::optional<std::string> property_text(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (auto flag = node.value_exact<bool>()) return std::string(*flag ? "true" : "false");
  return std::nullopt;
}

Result<void> read_properties(const toml::table& table, const std::string& file, const std::string& prefix,
                             KafkaAddress& address) {
  for (const auto& [key, node] : table) {
    auto name = prefix + std::string(key.str());
    // `security.protocol = "ssl"` without quotes around the name is a table in TOML.
    if (const auto* inner = node.as_table()) {
      TOONO_TRY(read_properties(*inner, file, name + ".", address));
      continue;
    }
    auto text = property_text(node);
    if (!text)
      return wrong("a property is a text, a number, true or false", fmt::format("{}: kafka.{}", file, name),
                   kExample);
    address.properties[name] = *text;
  }
  return {};
}

Result<void> read_key(std::string_view key, const toml::node& node, const std::string& file,
                      LogAddress& address) {
  auto where = fmt::format("{}: {}", file, key);
  if (key == "kafka") {
    if (!node.is_table()) return wrong("this must be a table: [kafka]", where, kExample);
    return read_properties(*node.as_table(), file, "", *address.kafka);
  }
  if (key == "inbox_limit") {
    auto limit = node.value_exact<std::int64_t>().value_or(0);
    if (limit < 1 || static_cast<std::uint64_t>(limit) > kMostInboxLimit)
      return wrong(fmt::format("this must be a whole number from 1 to {}", kMostInboxLimit), where,
                   "docs/operations.md says what it does");
    address.inbox_limit = static_cast<std::uint64_t>(limit);
    return {};
  }
  auto text = node.value_exact<std::string>();
  if (!text || text->empty()) return wrong("this must be a text in quotes", where, kExample);
  if (key == "brokers") address.kafka->brokers = *text;
  if (key == "deployment") address.kafka->deployment = *text;
  if (key == "data") address.dir = *text;
  return {};
}

Result<LogAddress> read_address_file(const std::string& file) {
  LogAddress address{.dir = kNodeDir, .kafka = KafkaAddress{.brokers = {}, .file = file}};
  if (!std::filesystem::is_regular_file(file))
    return unexpected({ErrorCode::not_found, "there is no such file", file,
                       "say --log kafka:HOST:PORT[,...], or name a file that says where the brokers are"});
  try {
    const std::vector<std::string_view> known = {"brokers", "deployment", "data", "inbox_limit", "kafka"};
    for (const auto& [key, node] : toml::parse_file(file)) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        auto near = nearest(key.str(), known);
        return wrong(near.empty() ? "this key means nothing"
                                  : fmt::format("this key means nothing: did you mean `{}`?", near),
                     fmt::format("{}: {}", file, key.str()), kExample);
      }
      TOONO_TRY(read_key(key.str(), node, file, address));
    }
  } catch (const toml::parse_error& error) {
    return wrong(fmt::format("this is not TOML: {}", error.description()),
                 fmt::format("{}, line {}", file, error.source().begin.line), "mend the file");
  }
  TOONO_TRY(check_brokers(address.kafka->brokers, file + ": brokers"));
  TOONO_TRY(check_deployment(address.kafka->deployment, file + ": deployment"));
  return address;
}

}  // namespace

Result<void> check_deployment(std::string_view name, const std::string& where) {
  auto may_stand = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (name.empty() || name.size() > 100 || !std::all_of(name.begin(), name.end(), may_stand))
    return wrong("a deployment's name has small letters, digits, - and _", where,
                 "it begins the name of every topic");
  return {};
}

Result<LogAddress> parse_log_address(std::string_view text, const std::string& data) {
  if (text.starts_with(kEmbedded) && text.size() > kEmbedded.size())
    return LogAddress{.dir = std::filesystem::path(text.substr(kEmbedded.size()))};
  if (!text.starts_with(kKafka) || text.size() == kKafka.size())
    return wrong("this is not a log that can be opened", std::string(text),
                 "say --log embedded:DIR or --log kafka:HOST:PORT[,...], or set TOONO_LOG");
  std::string rest(text.substr(kKafka.size()));
  LogAddress address;
  if (rest.ends_with(".toml")) {
    TOONO_ASSIGN(address, read_address_file(rest));
  } else {
    TOONO_TRY(check_brokers(rest, std::string(text)));
    address = {.dir = kNodeDir, .kafka = KafkaAddress{.brokers = rest}};
  }
  if (!data.empty()) address.dir = data;
  return address;
}

}  // namespace toono
