// Where a monitor asks: one page over HTTP, and nothing else. The library's own exposer would add series
// about itself to ours, quantiles that are not a number among them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"

struct mg_context;

namespace toono {

/// Answers GET /metrics with the page, from threads of its own until it goes.
class ScrapeDoor {
 public:
  /// Port 0: one that is free. `page` is called on any thread. Error world: nobody may listen there.
  static Result<std::unique_ptr<ScrapeDoor>> open(const std::string& address,
                                                  std::function<std::string()> page);

  int port() const;

 private:
  struct Stop {
    void operator()(mg_context* server) const;
  };
  explicit ScrapeDoor(std::function<std::string()> page) : page_(std::move(page)) {}
  std::function<std::string()> page_;
  std::unique_ptr<mg_context, Stop> server_;  // last: it calls page_
};

}  // namespace toono
