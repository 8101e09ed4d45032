// The desk of the tests, and that it answers at all.
#include "tests/cli/fixture.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "adapters/cli/commands.h"

namespace toono {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Sends a stream into a file for as long as it lives.
class Redirected {
 public:
  Redirected(FILE* stream, std::string path) : stream_(stream), path_(std::move(path)) {
    std::fflush(stream_);
    kept_ = dup(fileno(stream_));
    int file = ::open(path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(file, fileno(stream_));
    ::close(file);
  }
  std::string end() {
    std::fflush(stream_);
    dup2(kept_, fileno(stream_));
    ::close(kept_);
    return file_text(path_);
  }

 private:
  FILE* stream_;
  std::string path_;
  int kept_;
};

/// As main does it.
int run(const std::vector<std::string>& words) {
  std::vector<const char*> typed{"toono"};
  bool json = false;
  for (const auto& word : words) {
    typed.push_back(word.c_str());
    json = json || word == "--json";
  }
  auto args = cli::parse(static_cast<int>(typed.size()), typed.data());
  if (!args) return cli::print_error(args.error(), json);
  if (!*args) return 0;
  auto done = cli::find_command((*args)->command)(**args);
  return done ? *done : cli::print_error(done.error(), json);
}

}  // namespace

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  REQUIRE(::pclose(pipe) == 0);
  return out;
}

boost::json::value Reply::json() const {
  boost::system::error_code problem;
  auto value = boost::json::parse(out, problem);
  return problem ? boost::json::value() : value;
}
boost::json::value Reply::data() const {
  auto value = json();
  return value.is_object() && value.as_object().contains("data") ? value.at("data") : boost::json::value();
}

std::string text(const boost::json::value& object, std::string_view key) {
  if (!object.is_object()) return {};
  const auto* found = object.as_object().if_contains(key);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}
std::vector<std::string> column(const boost::json::value& list, std::string_view key) {
  std::vector<std::string> words;
  if (list.is_array())
    for (const auto& element : list.as_array()) words.push_back(text(element, key));
  return words;
}

Desk::Desk() {
  auto pattern = (std::filesystem::temp_directory_path() / "toono-desk-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  dir_ = pattern;
  auto founded = ask("03-02 08:00", {"init"});
  REQUIRE_MESSAGE(founded.code == 0, founded.err);
}
Desk::~Desk() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

Reply Desk::ask(const std::string& now, std::vector<std::string> words) {
  std::vector<std::string> all;
  auto unless_said = [&](const std::string& option, const std::string& value) {
    if (std::find(words.begin(), words.end(), option) == words.end()) all.insert(all.end(), {option, value});
  };
  unless_said("--now",
              "2026-" + now.substr(0, 5) + "T" + now.substr(6) + (now.size() == 11 ? ":00" : "") + "+08:00");
  unless_said("--log", "embedded:" + (dir_ / "data").string());
  unless_said("--lang", "en");
  all.insert(all.end(), words.begin(), words.end());
  std::cout.flush();
  Redirected out(stdout, (dir_ / "out").string());
  Redirected err(stderr, (dir_ / "err").string());
  Reply reply;
  reply.code = run(all);
  reply.err = err.end();
  reply.out = out.end();
  return reply;
}

boost::json::value Desk::query(const std::string& now, std::vector<std::string> words) {
  words.insert(words.begin(), "--json");
  auto reply = ask(now, words);
  REQUIRE_MESSAGE(reply.code == 0, reply.err);
  REQUIRE_MESSAGE(reply.json().is_object(), reply.out);
  return reply.data();
}

boost::json::value Desk::send(const std::string& now, const std::string& station, const std::string& command,
                              const std::string& body) {
  auto line = R"({"command":")" + command + R"(","body":{)" + body + "}}";
  std::ofstream(dir_ / "line.jsonl") << line << "\n";
  auto reply = ask(now, {"--as", station + "01@" + station, "send", (dir_ / "line.jsonl").string()});
  auto result = reply.json();
  REQUIRE_MESSAGE(text(result, "outcome") == "accepted", line, "\n", reply.out, reply.err);
  return result;
}

namespace {
std::string field(std::string_view name, std::string_view value) {
  return "\"" + std::string(name) + "\":\"" + std::string(value) + "\"";
}
std::string of_order(const std::string& case_id, const std::string& order) {
  return field("case_id", case_id) + "," + field("order_id", order);
}
}  // namespace

std::string MorningStory::open_case(const std::string& at, const std::string& more) {
  auto opened = desk.send(at, "150000", "RegisterCase",
                          R"("programme":"legal_rights","language":"zh","channel":"phone")" + more);
  auto id = text(opened.at("created"), "case");
  desk.send(at, "150000", "TriageCase",
            field("case_id", id) + R"(,"priority":"ordinary","handling_class":"ordinary","tier":"II")");
  if (first_number.empty()) first_number = text(opened.at("created"), "case_number");
  return id;
}

std::string MorningStory::dispatch(const std::string& at, const std::string& id, const std::string& station) {
  auto sent =
      desk.send(at, "150000", "DispatchOrder", field("case_id", id) + "," + field("station", station));
  return text(sent.at("created"), "order");
}

MorningStory::MorningStory(Desk& the_desk) : desk(the_desk) {
  person = text(desk.send("03-02 09:00", "150000", "RegisterPerson",
                          R"("name":"Li Ming","phone":"13812345678","birth_year":2011)")
                    .at("created"),
                "person");
  contact = text(desk.send("03-02 09:01", "150000", "OfferContact",
                           R"("channel":"phone","language":"zh","dialled":"12355","phone":"138-1234-5678")")
                     .at("created"),
                 "contact");
  desk.send("03-02 09:01", "150000", "AnswerContact", field("contact_id", contact));
  desk.send("03-02 09:03", "150000", "ClassifyContact",
            field("contact_id", contact) + R"(,"class":"counselling")");
  first = open_case("03-02 09:05", "," + field("contact_id", contact) + "," + field("youth", person) +
                                       R"(,"narrative":"They take his lunch money.")");
  desk.send("03-02 09:06", "150000", "LinkContact",
            field("contact_id", contact) + "," + field("case_id", first));
  desk.send("03-02 09:07", "150000", "EndContact", field("contact_id", contact));
  first_order = dispatch("03-02 09:10", first, "150100");
  late = open_case("03-02 09:15", "");
  desk.send("03-02 09:16", "150000", "AssessRisk",
            field("case_id", late) + R"(,"tool":"T","tool_version":"1","level":"low")");
  late_order = dispatch("03-02 09:20", late, "150100");
  shared = open_case("03-02 09:25", "");
  shared_order = dispatch("03-02 09:30", shared, "150100");
  desk.send("03-02 09:40", "150100", "SignOrder", of_order(shared, shared_order));
  child_order = text(desk.send("03-02 09:45", "150100", "DelegateOrder",
                               of_order(shared, shared_order) + "," + field("station", "150102"))
                         .at("created"),
                     "order");
  referral = text(desk.send("03-02 09:50", "150000", "PrepareReferral",
                            field("case_id", shared) + R"(,"line":"line_12348")")
                      .at("created"),
                  "referral");
  desk.send("03-02 09:51", "150000", "SendReferral",
            field("case_id", shared) + "," + field("referral_id", referral));
}

void MorningStory::finish_first() {
  auto order = of_order(first, first_order);
  auto id = field("case_id", first);
  desk.send("03-02 10:00", "150100", "SignOrder", order);
  desk.send("03-02 10:05", "150100", "AssignHandler", order + R"(,"handler":"15010001")");
  desk.send("03-02 10:30", "150100", "ContactCaller", order + R"(,"outcome":"reached")");
  desk.send("03-02 16:00", "150100", "SubmitResult",
            order + R"(,"solved":"yes","result":"The money was given back.")");
  desk.send("03-02 16:30", "150000", "AcceptResult", order);
  desk.send("03-02 17:00", "150000", "DeliverReply",
            id + R"(,"language":"zh","reply":"We told the school.")");
  desk.send("03-03 09:00", "150000", "AttemptCallback",
            id + R"(,"result":"completed","solved":"yes","satisfaction":5,"unit_says_solved":"yes")");
  desk.send("03-03 09:10", "150000", "CloseCase", id + R"(,"outcome":"resolved")");
}

TEST_CASE("a desk hears its own story") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  CHECK(text(desk.query("03-03 10:00", {"show", story.first}), "state") == "closed");
}

}  // namespace toono
