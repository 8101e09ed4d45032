// `toono verify` and `toono rebuild` on a journal on a broker.
#include <fmt/format.h>

#include "adapters/kafka/admin.h"
#include "tests/integrators/started.h"
#include "tests/integrators/year.h"

namespace toono {
namespace {

/// The year's inbox beside its journal.
void send_inbox(const KafkaYear& place) {
  auto reader = must(embedded::SegmentReader::open(simulated_year()));
  auto log = place.open();
  for (PartitionNumber p = 0; p <= year().partitions; ++p)
    must(reader.scan(Topic::inbox, {{p}}, [&](const LogRecord& record) {
      must(log->send(p, record.bytes));
      return true;
    }));
  must(log->close());
}

}  // namespace

TEST_CASE("verify proves a journal on a broker and says what was changed") {
  KafkaYear place;
  send_inbox(place);
  Nodes nodes(place.address);
  auto verified = nodes.run("node", {"--json", "verify"});
  REQUIRE_MESSAGE(verified.code == 0, verified.out.substr(0, 500), verified.err);
  auto of_files =
      run({toono_program(), "--log", "embedded:" + simulated_year().string(), "--json", "verify"});
  CHECK(parsed(verified.out) == parsed(of_files.out));
  auto heads = nodes.data("heads.json");
  std::ofstream(heads) << of_files.out;
  CHECK(nodes.run("node", {"verify", "--expect", heads.string()}).code == 0);

  // A record that does not extend the chain is void, and void is no finding.
  auto log = place.open();
  must(log->append(0, year().journal.back().record.bytes));
  must(log->settle());
  auto with_void = parsed(nodes.run("node", {"--json", "verify"}).out);
  CHECK(with_void.at("void").as_int64() == 1);
  CHECK(with_void.at("findings").as_array().empty());

  // Partition 0's head with another hash.
  auto other = of_files.out;
  auto digit = other.find(':', other.find("\"0\":\"") + 5) + 1;
  REQUIRE(digit != std::string::npos + 1);
  other[digit] = other[digit] == '1' ? '2' : '1';
  std::ofstream(heads) << other;
  auto expected = nodes.run("node", {"--json", "verify", "--expect", heads.string()});
  CHECK_MESSAGE(expected.code == 1, expected.out, expected.err);

  // What of the inbox was decided may go; the void record at the journal's end decides less than that.
  auto admin = must(KafkaAdmin::open(place.address));
  const auto next = static_cast<std::int64_t>(must(log->end(Topic::inbox, 0)));
  must(admin->delete_records_before(place.topics().inbox, 0, next));
  auto checked = nodes.run("node", {"topics", "check"});
  CHECK_MESSAGE(checked.code == 0, checked.out, checked.err);
  must(log->send(0, bytes_of("nobody decides this")));
  must(log->close());
  must(admin->delete_records_before(place.topics().inbox, 0, next + 1));
  for (const auto& words : {std::vector<std::string>{"verify"}, {"topics", "check"}}) {
    auto lost = nodes.run("node", words);
    CHECK(lost.code == 1);
    CHECK_MESSAGE(
        lost.out.find(fmt::format("the inbox begins at command {}, and command {} is not decided yet",
                                  next + 1, next)) != std::string::npos,
        lost.out, lost.err);
  }

  must(admin->delete_records_before(place.topics().journal, 2, 3));
  auto cut = nodes.run("node", {"--json", "verify"});
  CHECK(cut.code != 0);
  CHECK_MESSAGE((cut.out + cut.err).find("restore the topic from a backup") != std::string::npos, cut.out,
                cut.err);
}

TEST_CASE("what strangers write is told alike by verify, the publisher and the reader of the open format") {
  KafkaYear place;
  send_inbox(place);
  auto log = place.open();
  const Bytes last = year().journal.back().record.bytes, genesis = genesis_record(year().genesis, 0);
  std::vector<Buffer> foreign{Buffer(), Buffer(300 * 1024, 'x'), Buffer(last.begin(), last.end()),
                              Buffer(genesis.begin(), genesis.end())};
  for (std::size_t part = 1; part < 40; ++part)
    foreign.emplace_back(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(last.size() * part / 40));
  const auto first = must(log->end(Topic::journal, 0));
  for (const auto& record : foreign) must(log->append(0, record));
  must(log->settle());
  const auto end = static_cast<std::int64_t>(must(log->end(Topic::inbox, 0)));
  testing::Stranger stranger(place.address, place.address.deployment);
  stranger.begin();
  stranger.write(place.topics().inbox, "no command");
  stranger.give_up();
  // A mark at the very end, which no record tells of; then one in front of a record.
  REQUIRE(testing::eventually(
      [&] { return static_cast<std::int64_t>(must(log->end(Topic::inbox, 0))) == end + 2; }));
  Nodes nodes(place.address);
  auto verified = nodes.run("node", {"--json", "verify"});
  REQUIRE_MESSAGE(verified.code == 0, verified.out.substr(0, 500), verified.err);
  must(log->send(0, bytes_of("nor this")));
  must(log->close());
  verified = nodes.run("node", {"--json", "verify"});
  REQUIRE_MESSAGE(verified.code == 0, verified.out.substr(0, 500), verified.err);
  auto told = parsed(verified.out);
  CHECK(told.at("void").to_number<std::size_t>() == foreign.size());
  REQUIRE(told.at("void_at").as_array().size() == foreign.size());
  CHECK(told.at("void_at").at(0) == parsed(fmt::format(R"({{"partition":"0","offset":{}}})", first)));
  CHECK(told.at("inbox_holes") ==
        parsed(fmt::format(R"([{{"partition":"0","offset":{},"count":1}}])", end + 1)));
  auto said = nodes.run("node", {"verify"}).out;
  CHECK_MESSAGE(
      said.find(fmt::format("never applied (partition: offset): 0: {}, 0: ", first)) != std::string::npos,
      said);
  CHECK_MESSAGE(
      said.find(fmt::format("passed over (partition: offset): 0: {}\n", end + 1)) != std::string::npos, said);
  auto read = run({TOONO_SOURCE_DIR "/build/venv/bin/python", example("verify_journal.py"),
                   "kafka:" + place.address.brokers, "--deployment", place.address.deployment});
  REQUIRE_MESSAGE(read.code == 0, read.out.substr(0, 500), read.err);
  CHECK(parsed(read.out) == told);
  auto published = parsed(nodes.run("node", {"--json", "publish", "--once"}).out);
  CHECK(published.at("void").to_number<std::size_t>() == foreign.size());
}

TEST_CASE("rebuild makes a node's rows from the journal on a broker, and a second time the same") {
  KafkaYear place;
  send_inbox(place);
  Nodes nodes(place.address);
  auto first = nodes.run("node", {"--json", "rebuild"});
  REQUIRE_MESSAGE(first.code == 0, first.err);
  auto made = parsed(first.out);
  CHECK(made.at("rows").as_int64() > 1000);
  auto second = parsed(nodes.run("node", {"--json", "rebuild"}).out);
  CHECK(second.at("rows") == made.at("rows"));
  CHECK(second.at("differing").as_int64() == 0);
  auto full = nodes.run("node", {"--json", "verify", "--full"});
  // Its journal was copied without its keys: that is all that is found.
  CHECK_MESSAGE(full.code == 1, full.out.substr(0, 500), full.err);
  auto findings = parsed(full.out).at("findings").as_array();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].at("file").as_string().find("master.key") != std::string::npos);
}

}  // namespace toono
