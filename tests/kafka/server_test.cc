// When a server goes on trying, when it believes a refusal, and how soon it ends when it is told to.
#include "adapters/engine/server.h"

#include "adapters/kafka/topics.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::Cluster;
using testing::eventually;
using testing::FoundedOnKafka;
using Steady = std::chrono::steady_clock;

std::int64_t ms_since(Steady::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - then).count();
}

/// A deployment whose journal is as it must be, or as no engine may start on it.
struct Refusing : FoundedOnKafka {
  std::unique_ptr<KafkaAdmin> admin = must(KafkaAdmin::open(address));
  int refusals = 0;
  ServerOptions server{.engine = options("server", EngineRole::owner)};

  void keep_journal_for(const std::string& ms) {
    for (auto& plan : topic_plans(address.deployment, {.replication = 1, .min_isr = 1})) {
      if (plan.name != names.journal) continue;
      plan.settings["retention.ms"] = ms;
      must(admin->alter_topic(plan.name, plan.settings));
    }
    CHECK(eventually([&] { return must(admin->topic_settings(names.journal))["retention.ms"] == ms; }));
  }
};

}  // namespace

TEST_CASE("a refusal that passes within seconds does not end a server, not even its start") {
  Refusing on;
  on.keep_journal_for("86400000");
  bool open = false;
  on.server.watch.on_error = [&](const Error& error) {
    CHECK(error.code == ErrorCode::refused);
    if (++on.refusals == 3) on.keep_journal_for("-1");
  };
  on.server.watch.on_open = [&](const Engine&) { open = true; };
  on.server.should_stop = [&] { return open; };
  must(serve(on.server));
  CHECK(open);
  CHECK(on.refusals >= 3);
}

TEST_CASE("a refusal that is repeated for long enough ends a server") {
  Refusing on;
  on.keep_journal_for("86400000");
  on.server.refusal_lasts_ms = 1500;
  on.server.watch.on_error = [&](const Error&) { ++on.refusals; };
  on.server.should_stop = [] { return false; };
  const auto began = Steady::now();
  auto ended = serve(on.server);
  REQUIRE(!ended.has_value());
  CHECK(ended.error().code == ErrorCode::refused);
  CHECK(ended.error().what.find("retention.ms") != std::string::npos);
  CHECK(ms_since(began) >= 1500);
  CHECK(on.refusals >= 2);
}

TEST_CASE("a key file that others may read ends a server at once, whatever the brokers say") {
  Refusing on;
  const auto key = on.temporary.path() / "master.key";
  std::filesystem::permissions(key, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  on.server.watch.on_error = [&](const Error&) { ++on.refusals; };
  on.server.should_stop = [] { return false; };
  auto ended = serve(on.server);
  REQUIRE(!ended.has_value());
  CHECK(ended.error().code == ErrorCode::refused);
  CHECK(ended.error().where == key.string());
  CHECK(ended.error().next.find("chmod 600") != std::string::npos);
  CHECK(on.refusals == 0);
}

TEST_CASE("a stranger in the engines' group is told once, with what it holds, and that it has gone") {
  FoundedOnKafka on;
  // As somebody who looks into the inbox and takes the first group's name that comes to hand.
  KafkaAddress elsewhere = on.address;
  elsewhere.properties["client.id"] = "kcat";
  KafkaListener listener;
  auto stranger = must(make_consumer(elsewhere, &listener, on.names.engines_group));
  auto list = partition_list();
  add_to(list, on.names.inbox, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID);
  REQUIRE(rd_kafka_subscribe(stranger.get(), list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);

  std::vector<std::vector<InboxStranger>> told;
  const auto began = Steady::now();
  ServerOptions options{.engine = on.options("server", EngineRole::owner)};
  options.check_every_ms = 200;
  options.watch.on_strangers = [&](const std::vector<InboxStranger>& now) { told.push_back(now); };
  Steady::time_point first_told = {};
  options.should_stop = [&] {
    if (stranger) (void)KafkaMessagePtr(rd_kafka_consumer_poll(stranger.get(), 0));
    if (told.size() == 1 && first_told == Steady::time_point()) first_told = Steady::now();
    // It is looked at again and again meanwhile.
    if (told.size() == 1 && ms_since(first_told) > 1500) stranger.reset();
    return told.size() == 2 || ms_since(began) > 60'000;
  };
  must(serve(options));
  REQUIRE(told.size() == 2);
  REQUIRE(told[0].size() == 1);
  CHECK(told[0][0].client_id == "kcat");
  CHECK(told[0][0].host.find("127.0.0.1") != std::string::npos);
  CHECK_FALSE(told[0][0].partitions.empty());
  CHECK(told[0][0].partitions.back() < FoundedOnKafka::kPartitions);  // it did not ask for the registry's
  CHECK(told[1].empty());
}

TEST_CASE("a server that is told to stop while it opens does not wait for a silent broker") {
  Cluster cluster;
  FoundedOnKafka on(cluster);
  cluster.pause(0);
  const auto began = Steady::now();
  ServerOptions options{.engine = on.options("server", EngineRole::owner)};
  options.should_stop = [&] { return ms_since(began) > 300; };
  must(serve(options));
  CHECK(ms_since(began) < 5000);
  cluster.resume(0);
}

TEST_CASE("a server that starts while its broker is silent for some seconds waits for it") {
  Cluster cluster;
  FoundedOnKafka on(cluster);
  cluster.pause(0);
  const auto began = Steady::now();
  bool open = false, is_back = false;
  ServerOptions options{.engine = on.options("server", EngineRole::owner)};
  options.watch.on_open = [&](const Engine&) { open = true; };
  options.should_stop = [&] {
    // Asked while it waits.
    if (!is_back && ms_since(began) > 2500) {
      cluster.resume(0);
      is_back = true;
    }
    return open;
  };
  must(serve(options));
  CHECK(is_back);
  CHECK(open);
}

}  // namespace toono
