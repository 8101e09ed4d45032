// The chain of every partition, judged record by record, whatever the records were read from: the chain rule,
// that each command led to one decision, and heads that somebody wrote down.
#pragma once

#include <deque>

#include "adapters/engine/verify.h"

namespace toono {

/// Fed with the records of a journal and its inbox, each partition in order, a command before its decision.
/// One thread.
class ChainVerifier {
 public:
  struct Options {
    LogId log_id;
    /// Without the registry's.
    PartitionNumber partitions = 0;
    /// Several processes may write the journal: a void record within the window is a lost race, no finding.
    bool shared = false;
  };
  /// `verify` must outlive the verifier.
  ChainVerifier(const Options& options, const VerifyOptions& verify);

  /// What the records that follow were read from, for the findings.
  void read_from(std::string file) { file_ = std::move(file); }
  void command(const LogRecord& record);
  void record(const LogRecord& record);
  /// The inbox was trimmed: what stood before this offset has been decided and is not there any more.
  void inbox_begins_at(PartitionNumber partition, std::uint64_t offset);
  /// After the partition's last record: the inbox began there when the journal was not read yet.
  void must_have_decided_to(PartitionNumber partition, std::uint64_t inbox_begin);
  void find(std::optional<PartitionNumber> partition, std::optional<std::uint64_t> seq, std::string file,
            std::string problem);
  bool is_full() const;
  void add_bytes(std::uint64_t bytes) { found_.bytes += bytes; }
  /// After the last record.
  Verified conclude();

 private:
  /// A command that stands in the inbox and waits for its decision.
  struct Asked {
    std::uint64_t offset;
    Digest hash;
  };
  /// A head that must be on the chain, and whose it is, in the words of a finding.
  struct Expected {
    JournalHead head;
    std::string_view whose;
  };
  /// What is known of one partition on the way.
  struct Chain {
    ChainHead head;
    bool begun = false;
    bool anew = false;  // records are missing: the next one is taken as it is
    std::uint64_t next_offset = 0;
    std::uint64_t farthest_void = 0;
    std::optional<std::uint64_t> broken_behind;  // where a void record lay further ahead than any race may
    std::uint64_t void_count = 0;
    std::uint32_t window = kWindow;
    std::string file;  // where its last record was read
    Buffer genesis;
    std::deque<Asked> asked;
    std::uint64_t next_asked = 0;
    std::uint64_t trimmed_to = 0;
    std::deque<Expected> expected;  // by seq
  };

  void expect(const std::vector<JournalHead>& heads, std::string_view whose);
  void begin(PartitionNumber partition, const Record* record, Bytes bytes);
  void note_void(const LogRecord& record);
  void judge_decision(const LogRecord& record, const Decision& decision);
  void begin_anew(PartitionNumber partition, const Decision& decision, const Digest& hash);
  void extend_chain(PartitionNumber partition, const Decision& decision, const Digest& hash);
  void check_position(PartitionNumber partition, const Decision& decision);
  void check_command(PartitionNumber partition, const Decision& decision);
  void compare_expected(PartitionNumber partition);
  void conclude(PartitionNumber partition);
  void conclude_voids(PartitionNumber partition);
  void check_genesis(PartitionNumber partition);

  Options log_;
  const VerifyOptions& options_;
  std::vector<Chain> chains_;
  Verified found_;
  std::string file_;
  std::uint64_t read_ = 0;
};

}  // namespace toono
