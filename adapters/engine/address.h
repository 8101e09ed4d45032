// Where a deployment's log is, as typed: `embedded:DIR`, `kafka:HOST:PORT[,...]`, or `kafka:FILE.toml`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/kafka/client.h"

namespace toono {

struct LogAddress {
  /// The data directory: all of an embedded deployment, or the rows that this node made from Kafka.
  std::filesystem::path dir = {};
  /// None: the embedded log in `dir`.
  std::optional<KafkaAddress> kafka = {};
  /// L, where the file sets it.
  std::optional<std::uint64_t> inbox_limit = {};

  bool is_kafka() const { return kafka.has_value(); }
};

/// Reads what was typed. `data` is where a node on Kafka keeps its rows; empty: what the file says, else
/// ./toono-node. The file has `brokers`, `deployment`, `data`, `inbox_limit`, and a table `[kafka]` of
/// librdkafka's properties. Error usage: it is none of these, or a key is not known (the nearest is named);
/// not_found or world: the file.
Result<LogAddress> parse_log_address(std::string_view text, const std::string& data = {});
/// Whether a name can begin the topics of a deployment: 1 to 100 characters. Error usage, at `where`.
Result<void> check_deployment(std::string_view name, const std::string& where);

}  // namespace toono
