// `toono send`: JSON lines in, one result a line, in order. Lines that come together wait for their answers
// in groups, so that many share one sync of the disk.
#include <fmt/format.h>
#include <unistd.h>

#include <deque>
#include <ext/stdio_filebuf.h>
#include <fstream>
#include <istream>
#include <unordered_map>
#include <utility>

#include "adapters/cli/answers.h"
#include "adapters/cli/broken_off.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/output.h"
#include "adapters/cli/stop.h"

namespace toono::cli {
namespace {

constexpr std::size_t kInFlight = 256;

/// One non-empty line and what is known of its answer.
struct Line {
  std::uint64_t number = 0;
  std::optional<CommandId> id;
  std::optional<Sent> sent;
  /// Nothing of it reached a log: its form, or with `overload` that there was no room.
  std::optional<Error> not_sent;
  std::optional<Overload> overload;
  Buffer decision;
  /// Given to the edge, and not answered yet.
  bool is_open() const { return sent && !sent->known && !not_sent && decision.empty(); }
};

class Sending {
 public:
  Sending(Session& session, Sender sender) : session_(session), sender_(sender) {
    session_.engine().processor().on_answer([this](const Answered& answered) {
      auto range = waiting_.find(CommandKey::of(*answered.decision));
      if (range == waiting_.end() || range->second.empty()) return;
      range->second.front()->decision.assign(answered.bytes.begin(), answered.bytes.end());
      range->second.pop_front();
    });
  }

  Result<void> add(std::uint64_t number, std::string_view text) {
    auto& line = *lines_.emplace_back(std::make_unique<Line>());
    line.number = number;
    auto parsed = parse_line(text);
    if (!parsed) {
      line.id = id_of_line(text);
      line.not_sent = parsed.error();
    } else {
      TOONO_TRY(send(line, *parsed));
    }
    return lines_.size() >= kInFlight ? answer_all() : Result<void>();
  }

  /// Sends what was held back so that its keys travel together.
  Result<void> release() {
    auto held = std::exchange(held_, {});
    TOONO_ASSIGN(auto not_sent, session_.edge().release());
    for (auto& one : not_sent) {
      auto* line = held[one.place];
      line->not_sent = std::move(one.error);
      std::erase(waiting_[line->sent->key()], line);
    }
    return {};
  }

  /// Decides what is under way and prints every result. After an error too: what was decided is told, and of
  /// the rest the ids under which to ask again.
  Result<void> answer_all() {
    if (gave_up_) return {};
    StopSignals stop;
    auto drained = release();
    if (drained) drained = session_.engine().drain(StopSignals::came);
    for (auto& line : lines_) {
      if (!line->sent && !line->not_sent) continue;  // the error that ended the run is its
      if (!drained && line->is_open())
        print(unknown_result(line->number, line->sent->id));
      else
        TOONO_TRY(report(*line));
    }
    lines_.clear();
    waiting_.clear();
    gave_up_ = !drained;
    TOONO_TRY(flush_output());
    if (drained && stop.came())
      return unexpected(
          {ErrorCode::world, "told to stop", "behind the last line that is answered", "send the rest again"});
    return drained;
  }

  bool refused() const { return refused_; }

 private:
  Result<void> send(Line& line, LineCommand& command) {
    auto sent = session_.edge().hold(command, sender_);
    line.id = command.id;
    line.overload = session_.edge().overloaded();
    if (!sent &&
        (line.overload || sent.error().code == ErrorCode::refused || sent.error().code == ErrorCode::usage)) {
      line.not_sent = sent.error();
      return {};
    }
    if (!sent) return unexpected(sent.error());
    line.id = sent->id;
    if (!sent->known) {
      held_.push_back(&line);
      waiting_[sent->key()].push_back(&line);
    }
    line.sent = std::move(*sent);
    return {};
  }

  Result<void> report(Line& line) {
    if (line.not_sent) {
      refused_ = true;
      print(line.overload ? overload_result(line.number, line.id, *line.overload, *line.not_sent)
                          : malformed_result(line.number, line.id, *line.not_sent));
      return {};
    }
    TOONO_ASSIGN(auto result, outcome(line));
    refused_ = refused_ || result.is_refusal();
    print(result.json());
    return {};
  }

  /// A registration that was refused has left what it said in the inbox, sealed; nobody else will look for
  /// it.
  Result<std::string> words_kept(const Decision& decision) {
    auto type = static_cast<CommandBody>(decision.command_type());
    if (decision.outcome() != Outcome::rejected || type != CommandBody::RegisterPerson ||
        decision.rejection() == Rejection::person_already_erased)
      return std::string();
    TOONO_ASSIGN(bool kept, session_.engine().vault().knows(id_as<PersonId>(*decision.entity())));
    if (!kept) return std::string();
    return fmt::format(" What was said of them is kept, sealed: `toono erase {}` at the region destroys it.",
                       to_text(*decision.entity()));
  }

  Result<SendResult> outcome(Line& line) {
    auto partitions = session_.engine().partitions();
    if (line.sent->known)
      return SendResult::of(line.number, *line.sent, partitions, *line.sent->known, line.sent->first);
    const auto* decision = decision_of(line.decision);
    if (!decision)
      return unexpected({ErrorCode::world, "a command was not answered", fmt::format("line {}", line.number),
                         "send it again under the same id: it takes effect once"});
    auto outcome = decision->outcome();
    if (outcome != Outcome::repeated && outcome != Outcome::conflict) {
      TOONO_ASSIGN(auto result, SendResult::of(line.number, *line.sent, partitions, outcome, line.decision));
      result.hint = hint_of(*decision, session_.engine().registry().now());
      TOONO_ASSIGN(auto kept, words_kept(*decision));
      result.hint += kept;
      return result;
    }
    TOONO_ASSIGN(auto first, session_.edge().first_decision(*line.sent));
    return SendResult::of(line.number, *line.sent, partitions, outcome, first);
  }

  Session& session_;
  Sender sender_;
  std::vector<std::unique_ptr<Line>> lines_;
  /// Those that were given to the edge since the last release(), in its order.
  std::vector<Line*> held_;
  std::unordered_map<CommandKey, std::deque<Line*>, CommandKey::Hash> waiting_;
  bool refused_ = false;
  /// All that was sent has been told of, and what was not decided in time is not waited for once more.
  bool gave_up_ = false;
};

/// Calls `use` with each non-empty line, and `rest` when the next has not come yet; says so when there is
/// none.
template <class Use, class Rest>
Result<void> each_line(std::istream& in, const Args& args, Use use, Rest rest) {
  std::string text;
  bool any = false;
  auto from = args.words.empty() || args.words.front() == "-" ? "standard input" : args.words.front();
  for (std::uint64_t number = 1; std::getline(in, text); ++number) {
    if (number == 1) text = without_mark(std::move(text));
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    any = true;
    TOONO_TRY(use(number, text));
    if (in.rdbuf()->in_avail() <= 0) TOONO_TRY(rest());
  }
  if (in.bad())
    return unexpected({ErrorCode::world, "reading failed half way", from,
                       "what was answered has taken effect; send the rest again under the same ids"});
  if (!any) warn("there is no line with a command in it: " + from);
  return {};
}

Result<int> check_only(std::istream& in, const Args& args) {
  bool wrong = false;
  auto check = [&](std::uint64_t number, std::string_view text) -> Result<void> {
    auto parsed = parse_line(text);
    wrong = wrong || !parsed;
    print(parsed ? fmt::format(R"({{"line":{},"outcome":"well_formed"}})", number)
                 : malformed_result(number, id_of_line(text), parsed.error()));
    return {};
  };
  TOONO_TRY(each_line(in, args, check, [] { return Result<void>(); }));
  return wrong ? 1 : 0;
}

}  // namespace

Result<int> run_send(const Args& args) {
  std::ifstream file;
  bool from_file = !args.words.empty() && args.words.front() != "-";
  if (from_file) {
    std::error_code problem;
    if (std::filesystem::is_directory(args.words.front(), problem))
      return unexpected(
          {ErrorCode::world, "this is a directory, not a file", args.words.front(), "name a file"});
    file.open(args.words.front());
    if (!file)
      return unexpected(
          {ErrorCode::world, "the file cannot be read", args.words.front(), "check the name and its rights"});
  }
  // std::cin shares the C library's buffer and does not know whether more has come.
  __gnu_cxx::stdio_filebuf<char> typed(from_file ? -1 : ::dup(STDIN_FILENO), std::ios::in);
  std::istream standard_input(&typed);
  std::istream& in = from_file ? file : standard_input;
  if (!from_file && isatty(STDIN_FILENO) == 1) warn("reading commands from the terminal; Ctrl-D ends them");
  if (args.check) return check_only(in, args);
  TOONO_ASSIGN(auto sender, sender_of(args.globals));
  TOONO_ASSIGN(auto session, Session::open(args.globals));
  TOONO_TRY(may_go_on(session->engine(), args.globals));
  TOONO_ASSIGN(auto fired, session->engine().fire_due());
  (void)fired;
  Sending sending(*session, sender);
  Progress progress("sent", 0);
  auto add = [&](std::uint64_t number, std::string_view text) {
    progress.at(number);
    return sending.add(number, text);
  };
  // Who types, or a program that waits for the answer, sends no more until it is there.
  auto read = each_line(in, args, add, [&] { return sending.answer_all(); });
  auto answered = sending.answer_all();
  TOONO_TRY(read);
  TOONO_TRY(answered);
  TOONO_TRY(session->close());
  return sending.refused() ? 1 : 0;
}

}  // namespace toono::cli
