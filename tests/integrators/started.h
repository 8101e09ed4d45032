// `toono` as a process beside the test: started, killed, stopped in good order, gone with the test.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "adapters/kafka/client.h"
#include "tests/integrators/shell.h"
#include "tests/kafka/broker.h"

namespace toono {

class Started {
 public:
  explicit Started(std::vector<std::string> words) {
    words.insert(words.begin(), toono_program());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::filesystem::create_directories(place_.path());
    const auto log = said_file().string();
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Started() {
    if (pid_ > 0) kill();
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  /// At once: KILL.
  void kill() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  /// It has ended by itself: its exit code, or 128 and the signal.
  std::optional<int> ended() {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// In good order: TERM, a minute at most. None: it had to be killed.
  std::optional<int> stop() {
    ::kill(pid_, SIGTERM);
    std::optional<int> code;
    if (testing::eventually([&] { return (code = ended()).has_value(); }, 60)) return code;
    kill();
    return std::nullopt;
  }
  /// Both its streams.
  std::string said() const { return text_of_file(said_file()); }

 private:
  std::filesystem::path said_file() const { return place_.path() / "said"; }

  TemporaryDirectory place_;
  pid_t pid_ = 0;
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
