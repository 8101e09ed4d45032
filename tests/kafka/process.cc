#include "tests/kafka/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kafka/broker.h"

namespace toono::testing {

pid_t spawn(std::vector<std::string> words, const std::filesystem::path& log,
            const std::filesystem::path& folder) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  check(child >= 0, "no process can be started");
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(1);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

void hold_up(pid_t child) {
  ::kill(child, SIGSTOP);
  siginfo_t told{};
  ::waitid(P_PID, static_cast<id_t>(child), &told, WSTOPPED | WEXITED | WNOWAIT);
}

Process::~Process() {
  if (runs()) kill();
}

void Process::start(std::vector<std::string> words) {
  REQUIRE(!runs());
  std::filesystem::create_directories(place_.path());
  pid_ = spawn(std::move(words), log());
}

void Process::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}
void Process::pause() const { hold_up(pid_); }
void Process::resume() const { ::kill(pid_, SIGCONT); }

std::optional<int> Process::ended() {
  int status = 0;
  if (!runs() || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<int> Process::stop(int seconds) {
  ::kill(pid_, SIGTERM);
  std::optional<int> code;
  if (eventually([&] { return (code = ended()).has_value(); }, seconds)) return code;
  kill();
  return std::nullopt;
}

std::string Process::said() const { return std::string(text_of(file_bytes(log()))); }

}  // namespace toono::testing
