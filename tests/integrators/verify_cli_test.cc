// `toono verify` and `toono rebuild` on a journal on a broker.
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

  auto admin = must(KafkaAdmin::open(place.address));
  must(admin->delete_records_before(place.topics().journal, 2, 3));
  auto cut = nodes.run("node", {"--json", "verify"});
  CHECK(cut.code != 0);
  CHECK_MESSAGE((cut.out + cut.err).find("restore the topic from a backup") != std::string::npos, cut.out,
                cut.err);
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
