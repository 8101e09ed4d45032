// The program: what was typed, one command, an exit code. 0 done, 1 refused or not found, 2 wrong use, 3 the
// world failed.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <exception>

#include "adapters/cli/commands.h"
#include "adapters/cli/output.h"

namespace {

/// A file of the store that got number 1 would hold what is printed. To print where there is nothing to print
/// to fails as on a full disk: whoever closed it would lose answers unknowingly.
void open_what_is_closed() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
    if (::fcntl(number, F_GETFD) == -1 && errno == EBADF)
      (void)::open("/dev/null", number == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

int run(int argc, char** argv, bool json) {
  auto args = toono::cli::parse(argc, argv);
  if (!args) return toono::cli::print_error(args.error(), json);
  int code = 0;
  if (*args) {
    auto done = toono::cli::find_command((*args)->command)(**args);
    if (!done) return toono::cli::print_error(done.error(), json);
    code = *done;
  }
  auto printed = toono::cli::flush_output();
  return printed ? code : toono::cli::print_error(printed.error(), false);
}

}  // namespace

int main(int argc, char** argv) {
  open_what_is_closed();
  // A limit on the size of files is then an error of the write, and named.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  std::setlocale(LC_CTYPE, "C.UTF-8");
  bool json = false;
  for (int i = 1; i < argc; ++i) json = json || std::string_view(argv[i]) == "--json";
  try {
    return run(argc, argv, json);
  } catch (const std::exception& bug) {
    // No library may end the program without a word; ours do not throw.
    return toono::cli::print_error({toono::ErrorCode::world, bug.what(), "an exception of a library",
                                    "please report it with the command that led to it"},
                                   json);
  }
}
