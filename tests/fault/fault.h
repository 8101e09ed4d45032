// What the fault tests share: processes to kill, copies to damage, and everything that can be asked of a
// deployment.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

#include "tests/engine/deployment.h"

namespace toono {

/// Runs `work` in a process of its own; its result is the exit code.
template <class Work>
pid_t spawn(Work work) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  return child;
}
inline int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// TOONO_LONG=1 flips bits at many more places.
inline bool run_long() {
  const char* set = std::getenv("TOONO_LONG");
  return set && *set && *set != '0';
}

/// How often the engine is killed: 50 times, or as TOONO_KILL_ROUNDS says. The long test has 500:
/// `TOONO_KILL_ROUNDS=500 build/release/test_fault -tc="an engine killed*"`.
inline int kill_rounds() {
  const char* set = std::getenv("TOONO_KILL_ROUNDS");
  int rounds = set && *set ? std::atoi(set) : 50;
  REQUIRE(rounds > 0);
  return rounds;
}

/// All rows but the meta rows, as one digest a partition: what any query could answer is made of them.
inline std::string rows_digest(const Store& store, PartitionNumber partitions) {
  std::string text;
  for (PartitionNumber p = 0; p <= partitions; ++p) {
    std::string all;
    Key first(p, Table::entity);
    auto end = behind(first.str().substr(0, 2));
    must(store.scan(first, end, [&](std::string_view key, std::string_view value) {
      all += std::to_string(key.size()) + ":" + std::to_string(value.size()) + ":";
      all.append(key).append(value);
      return true;
    }));
    text += to_hex(bytes_of(sha256(bytes_of(all)))) + "\n";
  }
  return text;
}

inline void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

inline std::string error_text(const Error& error) {
  return error.what + ": " + error.where + ": " + error.next;
}

/// A case's registration, complete: for tests that change one thing of it.
struct OneCommand {
  CommandHeader header;
  RegisterCaseT body;
  PartitionNumber partition = 0;
  Buffer record() const { return command_record(header, body); }
};
inline OneCommand register_case_at(Instant at, std::string_view seed, PartitionNumber partitions) {
  OneCommand command;
  command.header.id = id_from<CommandId>(bytes_of(sha256(bytes_of(seed))));
  command.header.entity = derive<EntityId>(command.header.id, "entity");
  command.header.fingerprint = sha256(bytes_of(command.header.id));
  command.header.received_at = command.header.occurred_at = at;
  command.header.station = StationId(150000);
  command.header.actor = founding_staff(command.header.station, 1);
  command.partition = partition_of(command.header.entity, partitions);
  return command;
}

}  // namespace toono
