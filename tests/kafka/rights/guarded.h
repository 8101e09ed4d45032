// A broker that denies what is not granted, with doors for users by password (SASL) and by certificate (TLS),
// and the rights of docs/operations.md read from its lines.
#pragma once

#include <string>
#include <vector>

#include "tests/integrators/started.h"

namespace toono::testing {

/// One right as kafka-acls.sh would be told.
struct Right {
  std::string user;
  rd_kafka_AclOperation_t operation = RD_KAFKA_ACL_OPERATION_ANY;
  rd_kafka_ResourceType_t type = RD_KAFKA_RESOURCE_TOPIC;
  std::string name;
  bool is_prefix = false;
};

/// Of every line `$acl ...` of docs/operations.md; LINE in names becomes `line`.
std::vector<Right> documented_rights(const std::string& line);

/// The broker: one that everybody who comes in by its first door may do anything with, as its administrator.
class Guarded {
 public:
  Guarded();
  KafkaAddress as_admin(std::string deployment) const { return cluster_.address(std::move(deployment)); }
  /// By name and password, in clear.
  KafkaAddress as(const std::string& user) const;
  /// By name and password over TLS; `mechanism` is PLAIN or SCRAM-SHA-512 (add_scram_user()).
  KafkaAddress as_with_tls(const std::string& user, const std::string& mechanism) const;
  /// By a certificate that the broker knows: there is one, of the user `auditor`.
  KafkaAddress as_certified(const std::string& user) const;
  /// With Kafka's own tool: librdkafka of Debian 12 cannot.
  void add_scram_user(const std::string& user) const;
  /// The certificate that the broker shows.
  std::filesystem::path certificate() const { return place_.path() / "broker.pem"; }

  void grant(const std::vector<Right>& rights);
  /// Whatever else is granted, until allow_again().
  void deny(const Right& right);
  void allow_again(const Right& right);

  static constexpr const char* kDeployment = "toono";

 private:
  std::string settings();
  void make_certificate(const std::string& name, const std::string& host) const;
  void set(const std::vector<Right>& rights, rd_kafka_AclPermissionType_t permission, bool there);

  TemporaryDirectory place_;
  /// With a password, with that and a certificate of the broker, and with certificates on both sides.
  std::vector<int> ports_ = free_ports(3);
  Cluster cluster_;
};

/// The lines of a file's table [kafka] with these properties.
std::string as_toml(const KafkaAddress& address);

}  // namespace toono::testing
