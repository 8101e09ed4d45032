#include "tests/kafka/rights/guarded.h"

#include <fmt/format.h>

#include "adapters/kafka/admin.h"

namespace toono::testing {
namespace {

constexpr const char* kUsers[] = {"engine",    "edge",       "partners", "auditor",
                                  "publisher", "subscriber", "line1",    "stranger"};

std::string password_of(const std::string& user) { return user + "-secret"; }

rd_kafka_AclOperation_t operation_of(const std::string& name) {
  for (int i = 0; i < RD_KAFKA_ACL_OPERATION__CNT; ++i) {
    auto operation = static_cast<rd_kafka_AclOperation_t>(i);
    std::string known;
    for (const char* letter = rd_kafka_AclOperation_name(operation); *letter; ++letter)
      if (*letter != '_') known += static_cast<char>(std::toupper(*letter));
    std::string typed;
    for (char letter : name) typed += static_cast<char>(std::toupper(letter));
    if (known == typed) return operation;
  }
  FAIL("docs/operations.md names an operation that there is not: ", name);
  return RD_KAFKA_ACL_OPERATION_UNKNOWN;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// The rights of one line's words.
void read_line(const std::string& line, std::vector<Right>& into) {
  std::vector<std::string> users;
  std::vector<rd_kafka_AclOperation_t> operations;
  std::vector<std::pair<rd_kafka_ResourceType_t, std::string>> resources;
  bool is_prefix = false;
  std::istringstream words(line);
  for (std::string word, value; words >> word;) {
    if (word == "--cluster") {
      resources.emplace_back(RD_KAFKA_RESOURCE_BROKER, "kafka-cluster");
      continue;
    }
    REQUIRE_MESSAGE(static_cast<bool>(words >> value), line);
    if (word == "--allow-principal")
      users.push_back(value);
    else if (word == "--operation")
      operations.push_back(operation_of(value));
    else if (word == "--topic")
      resources.emplace_back(RD_KAFKA_RESOURCE_TOPIC, value);
    else if (word == "--group")
      resources.emplace_back(RD_KAFKA_RESOURCE_GROUP, value);
    else if (word == "--resource-pattern-type")
      is_prefix = value == "prefixed";
    else
      FAIL("docs/operations.md: ", word, " is not known here: ", line);
  }
  for (const auto& user : users)
    for (auto operation : operations)
      for (const auto& [type, name] : resources)
        into.push_back({user.substr(user.find(':') + 1), operation, type, name, is_prefix});
}

}  // namespace

std::vector<Right> documented_rights(const std::string& line_name) {
  std::istringstream doc(text_of_file(TOONO_SOURCE_DIR "/docs/operations.md"));
  std::vector<Right> rights;
  std::string all;
  for (std::string line; std::getline(doc, line);) {
    if (line.starts_with("all=\"")) all = line.substr(5, line.size() - 6);
    if (line.starts_with("$acl "))
      read_line(replaced(replaced(line.substr(5), "$all", all), "LINE", line_name), rights);
  }
  return rights;
}

Guarded::Guarded() : cluster_(1, settings()) {}

std::string Guarded::settings() {
  std::filesystem::create_directories(place_.path());
  make_certificate("broker", "127.0.0.1");
  make_certificate("auditor", "auditor");
  auto keystore = place_.path() / "keystore.pem";
  std::ofstream(keystore) << text_of_file(place_.path() / "broker.key") << text_of_file(certificate());
  std::string users;
  for (const std::string user : kUsers) users += fmt::format(" user_{}=\"{}\"", user, password_of(user));
  return fmt::format(
      "listeners=PLAINTEXT://127.0.0.1:@PORT@,CONTROLLER://127.0.0.1:@CONTROLLER@,SASL://127.0.0.1:{0},"
      "TLS://127.0.0.1:{1},CERTIFIED://127.0.0.1:{4}\n"
      "advertised.listeners=PLAINTEXT://127.0.0.1:@PORT@,SASL://127.0.0.1:{0},TLS://127.0.0.1:{1},"
      "CERTIFIED://127.0.0.1:{4}\n"
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SASL_"
      "SSL,CERTIFIED:SSL\n"
      "listener.name.sasl.sasl.enabled.mechanisms=PLAIN\n"
      "listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule "
      "required{2};\n"
      "listener.name.tls.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule "
      "required{2};\n"
      "listener.name.tls.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512\n"
      "listener.name.tls.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram."
      "ScramLoginModule "
      "required;\n"
      "listener.name.tls.ssl.keystore.type=PEM\nlistener.name.tls.ssl.keystore.location={3}\n"
      "listener.name.certified.ssl.keystore.type=PEM\nlistener.name.certified.ssl.keystore.location={3}\n"
      "listener.name.certified.ssl.truststore.type=PEM\nlistener.name.certified.ssl.truststore.location={5}\n"
      "listener.name.certified.ssl.client.auth=required\n"
      "listener.name.certified.ssl.principal.mapping.rules=RULE:^CN=([a-z0-9-]+)$/$1/\n"
      "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
      "super.users=User:ANONYMOUS\nallow.everyone.if.no.acl.found=false\n",
      ports_[0], ports_[1], users, keystore.string(), ports_[2], (place_.path() / "auditor.pem").string());
}

void Guarded::make_certificate(const std::string& name, const std::string& host) const {
  auto names = host == "127.0.0.1" ? "subjectAltName=IP:" + host : "subjectAltName=DNS:" + host;
  auto made = run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                   "/CN=" + host, "-addext", names, "-keyout", (place_.path() / (name + ".key")).string(),
                   "-out", (place_.path() / (name + ".pem")).string()});
  REQUIRE_MESSAGE(made.code == 0, made.err);
}

void Guarded::add_scram_user(const std::string& user) const {
  auto fetched = run({"bash", "-c", TOONO_SOURCE_DIR "/tests/kafka/fetch.sh " + kafka_version()});
  auto lib = fetched.out.substr(fetched.out.find('/'));
  lib.erase(lib.find_last_not_of('\n') + 1);
  auto made = run({"java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", lib + "/*",
                   "kafka.admin.ConfigCommand", "--bootstrap-server", cluster_.brokers(), "--alter",
                   "--add-config", "SCRAM-SHA-512=[iterations=4096,password=" + password_of(user) + "]",
                   "--entity-type", "users", "--entity-name", user});
  REQUIRE_MESSAGE(made.code == 0, made.out, made.err);
}

KafkaAddress Guarded::as(const std::string& user) const {
  return {.brokers = fmt::format("127.0.0.1:{}", ports_[0]),
          .deployment = kDeployment,
          .properties = {{"security.protocol", "sasl_plaintext"},
                         {"sasl.mechanisms", "PLAIN"},
                         {"sasl.username", user},
                         {"sasl.password", password_of(user)}}};
}

KafkaAddress Guarded::as_with_tls(const std::string& user, const std::string& mechanism) const {
  auto address = as(user);
  address.brokers = fmt::format("127.0.0.1:{}", ports_[1]);
  address.properties["security.protocol"] = "sasl_ssl";
  address.properties["sasl.mechanisms"] = mechanism;
  address.properties["ssl.ca.location"] = certificate().string();
  return address;
}

KafkaAddress Guarded::as_certified(const std::string& user) const {
  return {.brokers = fmt::format("127.0.0.1:{}", ports_[2]),
          .deployment = kDeployment,
          .properties = {{"security.protocol", "ssl"},
                         {"ssl.ca.location", certificate().string()},
                         {"ssl.certificate.location", (place_.path() / (user + ".pem")).string()},
                         {"ssl.key.location", (place_.path() / (user + ".key")).string()}}};
}

void Guarded::set(const std::vector<Right>& rights, rd_kafka_AclPermissionType_t permission, bool there) {
  auto admin = toono::must(KafkaAdmin::open(as_admin(kDeployment)));
  KafkaQueuePtr queue(rd_kafka_queue_new(admin->client()));
  std::vector<rd_kafka_AclBinding_t*> all;
  char problem[256];
  for (const auto& right : rights) {
    auto principal = "User:" + right.user;
    auto pattern = right.is_prefix ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED : RD_KAFKA_RESOURCE_PATTERN_LITERAL;
    auto make = there ? rd_kafka_AclBinding_new : rd_kafka_AclBindingFilter_new;
    auto* one = make(right.type, right.name.c_str(), pattern, principal.c_str(), "*", right.operation,
                     permission, problem, sizeof problem);
    REQUIRE_MESSAGE(one, problem);
    all.push_back(one);
  }
  if (there)
    rd_kafka_CreateAcls(admin->client(), all.data(), all.size(), nullptr, queue.get());
  else
    rd_kafka_DeleteAcls(admin->client(), all.data(), all.size(), nullptr, queue.get());
  KafkaEventPtr answer(rd_kafka_queue_poll(queue.get(), 30'000));
  for (auto* one : all) rd_kafka_AclBinding_destroy(one);
  REQUIRE(answer);
  REQUIRE_MESSAGE(!rd_kafka_event_error(answer.get()), rd_kafka_event_error_string(answer.get()));
  if (!there) return;
  std::size_t count = 0;
  const auto** results =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer.get()), &count);
  REQUIRE(count == rights.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto* failed = rd_kafka_acl_result_error(results[i]);
    REQUIRE_MESSAGE(!failed, rd_kafka_error_string(failed));
  }
}

void Guarded::grant(const std::vector<Right>& rights) {
  set(rights, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, true);
}
void Guarded::deny(const Right& right) { set({right}, RD_KAFKA_ACL_PERMISSION_TYPE_DENY, true); }
void Guarded::allow_again(const Right& right) { set({right}, RD_KAFKA_ACL_PERMISSION_TYPE_DENY, false); }

std::string as_toml(const KafkaAddress& address) {
  std::string lines;
  for (const auto& [name, value] : address.properties) lines += fmt::format("\"{}\" = \"{}\"\n", name, value);
  return lines;
}

}  // namespace toono::testing
