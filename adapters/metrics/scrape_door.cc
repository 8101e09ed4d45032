#include "adapters/metrics/scrape_door.h"

#include <civetweb.h>
#include <fmt/format.h>

#include <array>

namespace toono {
namespace {

constexpr const char* kPlace = "/metrics";
constexpr int kDone = 200;  // what civetweb's log would hold; not 0: it was answered

/// For `kPlace` alone: civetweb takes a handler's place for a prefix.
int answer(mg_connection* connection, void* page) {
  const auto* asked = mg_get_request_info(connection);
  const std::string_view method = asked->request_method;
  if (asked->local_uri != std::string_view(kPlace)) {
    mg_send_http_error(connection, 404, "%s", "only /metrics is here");
    return 404;
  }
  if (method != "GET" && method != "HEAD") {
    mg_send_http_error(connection, 405, "%s", "GET it");
    return 405;
  }
  const auto text = (*static_cast<const std::function<std::string()>*>(page))();
  mg_printf(connection,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n",
            text.size());
  if (method == "GET") mg_write(connection, text.data(), text.size());
  return kDone;
}

}  // namespace

void ScrapeDoor::Stop::operator()(mg_context* server) const { mg_stop(server); }

Result<std::unique_ptr<ScrapeDoor>> ScrapeDoor::open(const std::string& address,
                                                     std::function<std::string()> page) {
  auto door = std::unique_ptr<ScrapeDoor>(new ScrapeDoor(std::move(page)));
  // A second thread, so that one who asks and does not read keeps nobody else waiting.
  std::array<const char*, 9> settings{"listening_ports",
                                      address.c_str(),
                                      "num_threads",
                                      "2",
                                      "request_timeout_ms",
                                      "5000",
                                      "enable_directory_listing",
                                      "no",
                                      nullptr};
  mg_callbacks callbacks{};
  mg_init_data init{&callbacks, nullptr, settings.data()};
  std::array<char, 256> why{};
  unsigned code = 0;
  mg_error_data error{&code, why.data(), why.size()};
  door->server_.reset(mg_start2(&init, &error));
  if (!door->server_)
    return unexpected({ErrorCode::world, fmt::format("nobody may listen there: {}", why.data()),
                       "--metrics " + address, "name another port, or end the process that has it"});
  mg_set_request_handler(door->server_.get(), kPlace, answer, &door->page_);
  return door;
}

int ScrapeDoor::port() const {
  mg_server_port first{};
  return mg_get_server_ports(server_.get(), 1, &first) == 1 ? first.port : 0;
}

}  // namespace toono
