#include "adapters/engine/heads.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "adapters/engine/verify.h"
#include "adapters/vault/master_key.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstWords = "toono heads 1";
constexpr const char* kBringBack =
    "bring back the journal that belongs here, or restore a backup into a new directory; "
    "`toono rebuild` goes on from this one, and what it lacks is lost";
constexpr const char* kRestoreTopic =
    "stop all engines and restore the topic from a backup; "
    "`toono rebuild` goes on from this journal, and what it lacks is lost";

fs::path path_of(const fs::path& dir) { return dir / "heads"; }

Error unreadable(const fs::path& path) {
  return {
      ErrorCode::damaged, "the file of the last heads is not as it was written", path.string(),
      "run `toono verify --expect` with heads kept elsewhere; `toono rebuild` then takes the journal as it "
      "is and the next command writes the file anew"};
}

/// A line for each partition, and the hash of all lines before it in the last.
std::string text_of_heads(const KeptHeads& kept) {
  auto text = fmt::format("{} {} {}\n", kFirstWords, to_text(kept.log_id), kept.heads.size());
  for (const auto& head : kept.heads)
    text += fmt::format("{} {} {} {} {}\n", head.seq, to_hex(bytes_of(head.hash)), head.head_offset,
                        head.next_offset, head.place);
  return text + to_hex(bytes_of(sha256(bytes_of(text)))) + "\n";
}

std::optional<KeptHeads> parse_kept(const std::string& text) {
  std::istringstream in(text);
  std::string word, name, version, id;
  std::size_t count = 0;
  if (!(in >> word >> name >> version >> id >> count) || count > UINT16_MAX) return std::nullopt;
  auto log_id = parse_id<LogId>(id);
  if (!log_id) return std::nullopt;
  KeptHeads kept{.log_id = *log_id, .heads = {}};
  for (std::size_t i = 0; i < count; ++i) {
    KeptHead head;
    std::string hash;
    if (!(in >> head.seq >> hash >> head.head_offset >> head.next_offset >> head.place)) return std::nullopt;
    auto digest = parse_digest(hash);
    if (!digest) return std::nullopt;
    head.hash = *digest;
    kept.heads.push_back(head);
  }
  // Written again it must be the same text: that proves every byte, the hash's too.
  return text_of_heads(kept) == text ? std::optional(std::move(kept)) : std::nullopt;
}

Error shorter(const fs::path& dir, PartitionNumber partition, std::uint64_t end, const KeptHead& head,
              const char* next) {
  return {ErrorCode::damaged, "the journal is shorter than what was applied",
          fmt::format("{}, partition {}: it ends at record {}, what was applied goes to {}", dir.string(),
                      partition, end, head.next_offset),
          next};
}
Error another(const fs::path& dir, PartitionNumber partition, const KeptHead& head, const char* next) {
  return {ErrorCode::damaged, "the journal is not the one that was applied",
          fmt::format("{}, partition {}: record {} is another", dir.string(), partition, head.head_offset),
          next};
}

/// The record at the head. A journal of another history may have no frame at this place: then it is looked
/// for from the beginning.
Result<std::optional<Digest>> hash_at(EmbeddedLog& log, PartitionNumber partition, const KeptHead& head) {
  std::optional<Digest> hash;
  auto look = [&](std::uint64_t place) {
    return log.scan(Topic::journal, {{partition, head.head_offset, place}}, [&](const LogRecord& record) {
      hash = sha256(record.bytes);
      return false;
    });
  };
  if (!look(head.place)) TOONO_TRY(look(0));
  return hash;
}

/// What is confirmed alone: of what is foreseen the journal has said nothing yet.
KeptHeads heads_of(const Follower& follower) {
  KeptHeads kept{.log_id = follower.genesis().log_id, .heads = {}};
  for (PartitionNumber partition = 0; partition <= follower.partitions(); ++partition) {
    const auto& head = follower.confirmed_head(partition);
    kept.heads.push_back({head.chain.seq, head.chain.hash, head.head_offset, head.next_offset, head.place});
  }
  return kept;
}

}  // namespace

Result<std::optional<KeptHeads>> read_heads(const fs::path& dir) {
  auto path = path_of(dir);
  std::error_code failed;
  if (!fs::exists(path, failed)) return std::optional<KeptHeads>();
  if (!fs::is_regular_file(path, failed)) return unexpected(unreadable(path));
  std::ifstream file(path, std::ios::binary);
  if (!file) return unexpected(embedded::io_error("opening", path, errno));
  std::ostringstream text;
  text << file.rdbuf();
  auto kept = parse_kept(text.str());
  if (!file || !kept) return unexpected(unreadable(path));
  return kept;
}

Result<void> write_heads(const fs::path& dir, const KeptHeads& kept) {
  return replace_file(path_of(dir).string(), bytes_of(text_of_heads(kept)));
}

Result<void> remove_heads(const fs::path& dir) {
  std::error_code failed;
  fs::remove(path_of(dir), failed);
  if (failed) return unexpected(embedded::io_error("removing", path_of(dir), failed.value()));
  return embedded::sync_directory(dir);
}

void keep_heads(const Follower& follower, const fs::path& dir) {
  auto kept = read_heads(dir);
  auto heads = heads_of(follower);
  if (kept && *kept && **kept == heads) return;
  (void)write_heads(dir, heads);
}

Result<void> check_heads(EmbeddedLog& log, const fs::path& dir, const KeptHeads& kept) {
  if (!(kept.log_id == log.log_id()))
    return unexpected({ErrorCode::damaged,
                       fmt::format("the journal is of log {}, what was applied is of log {}",
                                   to_text(log.log_id()), to_text(kept.log_id)),
                       dir.string(),
                       "bring back the journal that belongs here, or run `toono rebuild` for this one"});
  if (kept.heads.size() != log.partitions()) return unexpected(unreadable(path_of(dir)));
  for (PartitionNumber partition = 0; partition < log.partitions(); ++partition) {
    const auto& head = kept.heads[partition];
    if (head.next_offset == 0) continue;
    if (head.next_offset > log.journal_end(partition))
      return unexpected(shorter(dir, partition, log.journal_end(partition), head, kBringBack));
    TOONO_ASSIGN(auto hash, hash_at(log, partition, head));
    if (!hash || !(*hash == head.hash)) return unexpected(another(dir, partition, head, kBringBack));
  }
  return {};
}

Result<void> check_heads(EmbeddedLog& log, const fs::path& dir) {
  TOONO_ASSIGN(auto kept, read_heads(dir));
  return kept ? check_heads(log, dir, *kept) : Result<void>();
}

Result<void> check_heads(KafkaLog& log, const fs::path& dir) {
  TOONO_ASSIGN(auto file, read_heads(dir));
  if (!file) return {};
  const auto& kept = file->heads;
  if (kept.size() != log.partitions()) return unexpected(unreadable(path_of(dir)));
  std::vector<From> from;
  for (PartitionNumber partition = 0; partition < log.partitions(); ++partition) {
    if (kept[partition].next_offset == 0) continue;
    TOONO_ASSIGN(auto end, log.end(Topic::journal, partition));
    if (kept[partition].next_offset > end)
      return unexpected(shorter(dir, partition, end, kept[partition], kRestoreTopic));
    from.push_back({partition, kept[partition].head_offset, 0});
  }
  // All are asked for at once, and each answers first with the record of its head.
  std::vector<bool> is_there(log.partitions());
  std::size_t missing = from.size();
  TOONO_TRY(log.scan(Topic::journal, from, [&](const LogRecord& record) {
    const auto& head = kept[record.partition];
    if (record.offset != head.head_offset || !(sha256(record.bytes) == head.hash)) return true;
    is_there[record.partition] = true;
    return --missing > 0;
  }));
  for (const auto& one : from)
    if (!is_there[one.partition])
      return unexpected(another(dir, one.partition, kept[one.partition], kRestoreTopic));
  return {};
}

}  // namespace toono
