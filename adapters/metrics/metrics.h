// What an engine tells a monitor: counters, gauges and histograms that Prometheus scrapes. Names and numbers
// of the machinery alone, never anything of a person or a case.
#pragma once

#include <memory>
#include <string>

#include "adapters/engine/server.h"

namespace toono {

/// HOST:PORT as typed; a PORT alone means 127.0.0.1. Error usage: it is neither.
Result<std::string> metrics_address(const std::string& text);

/// Any thread may read them over HTTP; the calls below come from the server's thread.
class Metrics {
 public:
  /// Answers GET /metrics at HOST:PORT (port 0: one that is free). Error world: nobody may listen there.
  static Result<std::unique_ptr<Metrics>> listen(const std::string& address);
  ~Metrics();

  /// The port it listens on.
  int port() const;
  /// Has every event of a server counted too; what `watch` did before is still done, first.
  ServerWatch with(const ServerWatch& watch);

 private:
  struct State;
  explicit Metrics(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace toono
