// A program beside the test: started, held up, killed, stopped in good order, gone with the test.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/log/fixture.h"

namespace toono::testing {

/// Runs the words as a program in `folder` (empty: here), both its streams added to `log`. It dies with the
/// thread that started it.
pid_t spawn(std::vector<std::string> words, const std::filesystem::path& log,
            const std::filesystem::path& folder = {});

/// STOP for a child, behind which none of its threads runs. The signal alone only begins that: on a loaded
/// machine others go on until the one that was chosen to hear it has its turn.
void hold_up(pid_t child);

class Process {
 public:
  Process() = default;
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The first time, or again after its end.
  void start(std::vector<std::string> words);
  bool runs() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  /// At once: KILL.
  void kill();
  void pause() const;
  void resume() const;
  /// It has ended by itself: its exit code, or 128 and the signal.
  std::optional<int> ended();
  /// In good order: TERM. None: it did not end so soon, and was killed.
  std::optional<int> stop(int seconds = 60);
  /// Both its streams, all starts together.
  std::string said() const;

 private:
  std::filesystem::path log() const { return place_.path() / "said"; }

  TemporaryDirectory place_;
  pid_t pid_ = 0;
};

}  // namespace toono::testing
