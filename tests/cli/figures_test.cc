// assess, explain and export: figures, what is behind them, and tables for other programs.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "adapters/cli/measure_words.h"
#include "adapters/cli/print.h"
#include "tests/cli/fixture.h"

namespace toono {
namespace {

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("every figure opens to what is behind it") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto figures = desk.query("03-20 09:00", {"assess", "--year", "2026"}).as_array();
  CHECK(figures.size() > 50);
  std::size_t shares = 0;
  for (const auto& figure : figures) {
    auto name = text(figure, "measure");
    CAPTURE(name);
    CHECK(text(figure, "station") == "150000");
    auto behind = desk.query("03-20 09:00", {"explain", name, "--year", "2026"});
    CHECK(behind.at("agrees").as_bool());
    CHECK(behind.at("rate") == figure.at("rate"));
    if (figure.at("denominator").to_number<std::uint64_t>() == behind.at("denominator").as_array().size())
      ++shares;
    for (const auto& evidence : behind.at("denominator").as_array())
      CHECK(evidence.as_object().contains("events"));
  }
  CHECK(shares > 40);
  auto signed_on_time =
      desk.query("03-20 09:00", {"explain", "sign_on_time", "--station", "150100", "--year", "2026"});
  CHECK(column(signed_on_time.at("numerator"), "order").size() == 2);
  CHECK(column(signed_on_time.at("denominator"), "order").size() == 3);
  auto late = column(signed_on_time.at("denominator"), "order");
  CHECK(std::find(late.begin(), late.end(), story.late_order) != late.end());
}

TEST_CASE("a period and a measure have to be said rightly") {
  Desk desk;
  auto refuses = [&](std::vector<std::string> words, int code, std::string_view says) {
    auto reply = desk.ask("03-20 09:00", words);
    CAPTURE(says);
    CHECK(reply.code == code);
    CHECK_MESSAGE(has(reply.err, says), reply.err);
  };
  refuses({"explain", "sign_on_tme", "--station", "150100", "--year", "2026"}, 2,
          "did you mean `sign_on_time`?");
  refuses({"explain", "按时签收", "--year", "2026"}, 2, "did you mean `按时签收率`?");
  refuses({"assess"}, 2, "no period is given");
  refuses({"assess", "--from", "2026-01-01"}, 2, "--to is missing");
  refuses({"assess", "--to", "2026-01-01"}, 2, "--from is missing");
  refuses({"assess", "--year", "2026", "--from", "2026-01-01"}, 2, "two periods are given");
  refuses({"assess", "--from", "2026-02-01", "--to", "2026-01-01"}, 2, "ends before it begins");
  refuses({"assess", "--year", "2026", "--station", "no such"}, 1, "there is no such station");
  refuses({"export", "orders2"}, 2, "did you mean `orders`?");
  CHECK(desk.ask("03-20 09:00", {"explain", "按时签收率", "--year", "2026"}).code == 0);
}

TEST_CASE("figures stand as of the moment asked for") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto closed = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"assess", "--from", "2026-03-01", "--to", "2026-03-31"});
    auto figures = desk.query("04-01 09:00", words);
    for (const auto& figure : figures.as_array())
      if (text(figure, "measure") == "completion") return figure.at("numerator").to_number<int>();
    return -1;
  };
  CHECK(closed({}) == 1);
  CHECK(closed({"--as-of", "2026-03-02T12:00:00+08:00"}) == 0);
}

TEST_CASE("figures are printed in the language asked for") {
  Desk desk;
  auto english = desk.ask("03-20 09:00", {"assess", "--year", "2026"});
  CHECK(has(english.out, "on time completion"));
  auto chinese = desk.ask("03-20 09:00", {"assess", "--year", "2026", "--lang", "zh"});
  CHECK_MESSAGE(has(chinese.out, "按时办结率"), chinese.err);
  CHECK(has(chinese.out, "分母"));
}

TEST_CASE("tables go out as CSV with a header") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto exported = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "export");
    auto reply = desk.ask("03-20 09:00", words);
    CHECK_MESSAGE(reply.code == 0, reply.err);
    return reply.out;
  };
  CHECK(lines(exported({"cases"})) == 4);
  CHECK(lines(exported({"orders"})) == 5);
  CHECK(lines(exported({"orders", "--station", "150102"})) == 2);
  CHECK(lines(exported({"contacts"})) == 2);
  CHECK(lines(exported({"referrals"})) == 2);
  CHECK(lines(exported({"orders", "--year", "2025"})) == 1);
  CHECK(lines(exported({"measures", "--year", "2026"})) > 50);
  // What the other questions take: a period, what stands below a station, a moment.
  CHECK(lines(exported({"orders", "--station", "150100"})) == 4);
  CHECK(lines(exported({"orders", "--station", "呼和浩特市", "--subtree"})) == 5);
  CHECK(lines(exported({"orders", "--from", "2026-03-02", "--to", "2026-03-02"})) == 5);
  CHECK(lines(exported({"orders", "--from", "2026-03-03", "--to", "2026-12-31"})) == 1);
  CHECK(lines(exported({"cases", "--as-of", "2026-03-02T08:01:00+08:00"})) == 1);
  CHECK(exported(
            {"measures", "--from", "2026-01-01", "--to", "2026-12-31", "--station", "150100", "--subtree"}) ==
        exported({"measures", "--year", "2026", "--station", "150100", "--subtree"}));
  CHECK(desk.ask("03-20 09:00", {"export", "orders", "--from", "2026-03-03"}).code == 2);
  CHECK(desk.ask("03-20 09:00", {"export", "orders", "--year", "2026", "--to", "2026-03-03"}).code == 2);
  auto cases = exported({"cases"});
  CHECK(cases.rfind("case,number,station,", 0) == 0);
  CHECK(has(cases, story.first_number));
  std::istringstream rows(exported({"orders"}));
  std::string header, row;
  std::getline(rows, header);
  while (std::getline(rows, row))
    CHECK(std::count(row.begin(), row.end(), ',') == std::count(header.begin(), header.end(), ','));
  auto file = (desk.dir() / "orders.csv").string();
  CHECK(desk.ask("03-20 09:00", {"export", "orders", "-o", file}).out == "4 rows in " + file + "\n");
  std::ifstream written(file);
  std::string first;
  std::getline(written, first);
  CHECK(first == header);
  CHECK(desk.ask("03-20 09:00", {"export", "orders", "-o", (desk.dir() / "no" / "such").string()}).code == 3);
}

TEST_CASE("a ranking says what of whom and when it ranks") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto title = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "rank");
    auto out = desk.ask("03-20 09:00", words).out;
    return out.substr(0, out.find("\n\n"));
  };
  CHECK(title({"sign_on_time", "--year", "2026", "--tier", "II", "--subtree"}) ==
        "sign on time, tier II, each and all below it, best first\n2026-01-01 - 2026-12-31");
  CHECK(title({"return_rate", "--from", "2026-03-01", "--to", "2026-03-31"}) ==
        "return rate, least first\n2026-03-01 - 2026-03-31");
}

TEST_CASE("explain says of each row which event and due put it above the line or kept it from there") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto explained = [&](const std::string& measure) {
    auto reply = desk.ask("03-20 09:00", {"explain", measure, "--year", "2026"});
    REQUIRE_MESSAGE(reply.code == 0, reply.err);
    return reply.out;
  };
  struct Row {
    const char* measure;
    std::vector<std::string> says;
  };
  const Row rows[] = {
      {"sign_on_time",
       {"P: 2026-01-01 - 2026-12-31\n", "  rule: signed by the due, or return asked by it and not refused\n",
        "    above the line: OrderSigned ", "    not above it: nothing by the due 2026-03-03 "}},
      {"on_time_completion", {"    above the line: ResultSubmitted "}},
      {"satisfaction", {"    above the line: CallbackCompleted "}},
      {"reopen", {"    not above it: no such event; in P by CaseClosed "}},
      {"handling_hours_mean", {"    4.3 h: ResultSubmitted "}},
      {"urgings", {"    0: OrderDispatched "}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.measure);
    auto out = explained(row.measure);
    for (const auto& words : row.says) CHECK_MESSAGE(has(out, words), out);
  }
}

TEST_CASE("every measure has its rule in words, each in a line of a narrow terminal") {
  constexpr std::size_t kColumns = 80, kIndent = 8;
  for (const auto& measure : all_measures()) {
    CAPTURE(measure.name);
    for (auto language : {cli::Language::en, cli::Language::zh}) {
      auto rule = cli::rule_words(measure, language);
      for (auto words : {rule.above, rule.below}) {
        CHECK_FALSE(words.empty());
        CHECK(cli::display_width(words) + kIndent <= kColumns);
      }
    }
  }
}

}  // namespace toono
