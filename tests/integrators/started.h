// `toono` as a process beside the test: started, killed, stopped in good order, gone with the test.
#pragma once

#include "adapters/kafka/client.h"
#include "tests/integrators/shell.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/process.h"

namespace toono {

/// `toono` with these words.
struct Started : testing::Process {
  explicit Started(std::vector<std::string> words) {
    words.insert(words.begin(), toono_program());
    start(std::move(words));
  }
};

/// What every `toono` of one deployment is told: a file with the brokers, a data directory for each, the key.
class Nodes {
 public:
  /// `more`: lines of the file's table [kafka].
  explicit Nodes(const KafkaAddress& address, const std::string& more = {}) {
    std::filesystem::create_directories(place_.path());
    std::ofstream(place_.path() / "log.toml")
        << "brokers = \"" << address.brokers << "\"\ndeployment = \"" << address.deployment << "\"\n[kafka]\n"
        << more;
  }
  std::filesystem::path data(const std::string& node) const { return place_.path() / node; }
  std::vector<std::string> words(const std::string& node, std::vector<std::string> command) const {
    std::vector<std::string> all{"--log",        "kafka:" + (place_.path() / "log.toml").string(),
                                 "--data",       data(node).string(),
                                 "--master-key", (place_.path() / "master.key").string()};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }
  Ran run(const std::string& node, std::vector<std::string> command) const {
    auto all = words(node, std::move(command));
    all.insert(all.begin(), toono_program());
    return toono::run(all);
  }

 private:
  TemporaryDirectory place_;
};

}  // namespace toono
