// A desk at a store of its own in a temporary directory: what is typed, at a set time, and what comes back.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toono {

struct Reply {
  int code = 0;
  std::string out;
  std::string err;
  /// The whole of standard output as JSON; null when it is none.
  boost::json::value json() const;
  /// Its "data".
  boost::json::value data() const;
};

/// Text of a member, empty when there is none.
std::string text(const boost::json::value& object, std::string_view key);
/// The ids or words under `key` of each element of a list.
std::vector<std::string> column(const boost::json::value& list, std::string_view key);

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
/// What a command of the shell prints; it must succeed.
std::string output_of(const std::string& command);

/// An hour after the store was founded.
inline constexpr const char* kNow = "03-02 09:00";

class Desk {
 public:
  /// Founds a store on Monday 2026-03-02 at 08:00.
  Desk();
  ~Desk();
  Desk(const Desk&) = delete;

  /// `toono --log ... --now NOW --lang en WORDS`, unless WORDS say another of them; `now` is `03-02
  /// 09:00` (of 2026).
  Reply ask(const std::string& now, std::vector<std::string> words);
  /// The same with --json, which must succeed.
  boost::json::value query(const std::string& now, std::vector<std::string> words);
  /// Sends one command as the first member of staff of `station`, which must be accepted; gives the result
  /// line.
  boost::json::value send(const std::string& now, const std::string& station, const std::string& command,
                          const std::string& body);

  const std::filesystem::path& dir() const { return dir_; }

 private:
  std::filesystem::path dir_;
};

/// Three cases of one morning: one goes all the way, one lies unsigned, one is delegated and referred.
struct MorningStory {
  explicit MorningStory(Desk& desk);
  /// The whole first case, from the call to the closed file; takes two days.
  void finish_first();

  Desk& desk;
  std::string person, contact, first, first_number, first_order;
  std::string late, late_order;
  std::string shared, shared_order, child_order, referral;

 private:
  std::string open_case(const std::string& at, const std::string& more);
  std::string dispatch(const std::string& at, const std::string& id, const std::string& station);
};

}  // namespace toono
