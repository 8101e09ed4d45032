// The keys topic on a broker: one compacted partition under TopicVault, and how the
// vault of a deployment is made and opened there.
#pragma once

#include "adapters/kafka/admin.h"
#include "adapters/vault/topic_vault.h"

namespace toono {

/// One reader of `<deployment>.keys.v1`, and a producer from the first append on. One thread at a time.
class KeysTopic final : public KeyRecords {
 public:
  /// Error refused: the topic is not there, or has more than one partition. Error world: nobody answers.
  static Result<std::unique_ptr<KeysTopic>> open(const KafkaAddress& address);

  /// Durable: acknowledged by all in-sync replicas. After a failure the next append has a producer of its
  /// own.
  Result<std::uint64_t> append(const std::vector<KeyRecord>& records) override;
  Result<std::uint64_t> end() override;
  /// Waits at most the address' answer_within_ms without getting any further. A transaction that a stranger
  /// left open hides what stands behind it: the error says so, since when, and how it is ended.
  Result<void> read(std::uint64_t until, const Visit& visit) override;
  const std::string& where() const override { return where_; }

 private:
  /// Counts what has become of one append.
  struct Deliveries final : KafkaListener {
    void on_delivery(const rd_kafka_message_t& message) override;
    void expect_none();
    std::size_t delivered = 0;
    std::int64_t last_offset = -1;
    bool knows_offsets = true;
    rd_kafka_resp_err_t failure = RD_KAFKA_RESP_ERR_NO_ERROR;
  };

  KeysTopic(const KafkaAddress& address, ConsumerPtr consumer, std::unique_ptr<KafkaListener> reading);
  Result<void> start_reading();
  Result<void> start_producer();
  Result<void> produce(const KeyRecord& record);
  Result<void> wait_for(std::size_t count);
  /// The first record that a reader is not given, because its transaction is open.
  struct Hidden {
    std::int64_t offset = 0;
    Instant appended_at = {};
  };
  Error cannot_read_on() const;
  std::optional<Hidden> first_hidden() const;
  Result<bool> take(const rd_kafka_message_t& message, const Visit& visit);

  KafkaAddress address_;
  std::string topic_;
  std::string where_;
  std::unique_ptr<KafkaListener> reading_;
  ConsumerPtr consumer_;
  bool reads_ = false;
  std::uint64_t next_ = 0;  // the offset behind the last record that was read
  std::unique_ptr<Deliveries> writing_;
  ProducerPtr producer_;
  KafkaTopicPtr handle_;
};

/// Error refused: a setting under which a key could be lost or a destroyed one be kept, and which (topics.h
/// makes the topic as it should be).
Result<void> check_keys_topic(KafkaAdmin& admin);

/// The vault of a new deployment, in a topic that is there and empty, and its master key file unless a
/// well-formed one is there already: every edge of the deployment needs a copy of it. Error refused: there is
/// a vault already, or others can read the key file. `entropy` must outlive the vault.
Result<std::unique_ptr<TopicVault>> create_keys(const KafkaAddress& address,
                                                const std::string& master_key_path, Entropy& entropy);
/// Checks the topic's settings, then TopicVault::open. Error not_found: there is no vault, or no key file.
Result<std::unique_ptr<TopicVault>> open_keys(const KafkaAddress& address, const std::string& master_key_path,
                                              Entropy& entropy, Access access = Access::read_write);

}  // namespace toono
