// The embedded log: inbox and journal of one deployment in the segment files of one directory.
#include "adapters/embedded/embedded_log.h"

#include <chrono>

namespace toono {

using embedded::FrameKind;
using embedded::Group;
using embedded::Position;

namespace {

EmbeddedOptions with_defaults(EmbeddedOptions options) {
  if (!options.files) options.files = &embedded::system_files();
  return options;
}

Result<embedded::FileHandle> lock(const std::filesystem::path& dir) {
  std::error_code failed;
  std::filesystem::create_directories(dir, failed);
  if (failed) return unexpected(embedded::io_error("making a directory", dir, failed.value()));
  return embedded::lock_directory(dir);
}

Error no_partition(PartitionNumber partition, PartitionNumber partitions) {
  return {ErrorCode::usage, "there is no partition " + std::to_string(partition), "the embedded log",
          "this log has " + std::to_string(partitions) + ", the registry's included"};
}

Unexpected only_read() {
  return unexpected({ErrorCode::refused, "this log is only read", "the embedded log", "open it to write"});
}

// The last segment whose header can be read: normally the last, or the one before a spare.
Result<std::uint32_t> last_begun(const std::filesystem::path& dir) {
  TOONO_ASSIGN(std::uint32_t count, embedded::count_segments(dir));
  for (std::uint32_t segment = count - 1; segment > 0; --segment) {
    TOONO_ASSIGN(embedded::SegmentFile file, embedded::SegmentFile::open(dir, segment));
    if (file.header()) return segment;
    if (segment + 1 < count)
      return unexpected(embedded::damaged("a segment header that cannot be read", file.path(), 0));
  }
  return 0u;
}

}  // namespace

EmbeddedLog::EmbeddedLog(SegmentReader reader, embedded::FileHandle lock, const EmbeddedOptions& options)
    : options_(options),
      lock_(std::move(lock)),
      reader_(std::move(reader)),
      inbox_(reader_.partitions(), options.inbox_records, options.inbox_bytes),
      ends_(reader_.partitions()) {}

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::create(const std::filesystem::path& dir, LogId log_id,
                                                         PartitionNumber partitions_with_registry,
                                                         const EmbeddedOptions& options) {
  if (partitions_with_registry == 0 || partitions_with_registry > embedded::kMaxPartitions)
    return unexpected(
        {ErrorCode::usage, "a log has 1 to " + std::to_string(embedded::kMaxPartitions) + " partitions",
         std::to_string(partitions_with_registry) + " were asked for", "choose another number"});
  {
    TOONO_ASSIGN(embedded::FileHandle held, lock(dir));
    TOONO_TRY(embedded::SegmentWriter::create(dir, {log_id, partitions_with_registry}));
  }
  return open(dir, options);
}

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::open(const std::filesystem::path& dir,
                                                       const EmbeddedOptions& options) {
  // Looked for first, so that a mistyped directory is not made.
  TOONO_TRY(embedded::count_segments(dir));
  TOONO_ASSIGN(embedded::FileHandle held, lock(dir));
  TOONO_ASSIGN(SegmentReader reader, SegmentReader::open(dir));
  std::unique_ptr<EmbeddedLog> log(
      new EmbeddedLog(std::move(reader), std::move(held), with_defaults(options)));
  TOONO_TRY(log->recover(dir));
  return log;
}

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::open_to_read(const std::filesystem::path& dir) {
  TOONO_ASSIGN(SegmentReader reader, SegmentReader::open(dir));
  std::unique_ptr<EmbeddedLog> log(new EmbeddedLog(std::move(reader), {}, with_defaults({})));
  TOONO_ASSIGN(auto ended, log->find_end(dir));
  log->end_ = ended.tail.end;
  return log;
}

Result<EmbeddedLog::Ended> EmbeddedLog::find_end(const std::filesystem::path& dir) {
  TOONO_ASSIGN(std::uint32_t segment, last_begun(dir));
  TOONO_ASSIGN(embedded::SegmentFile file, embedded::SegmentFile::open(dir, segment));
  if (!file.header())
    return unexpected(embedded::damaged("a segment header that cannot be read", file.path(), 0));
  std::vector<std::uint32_t> offsets;
  std::uint32_t unsynced = 0;
  TOONO_ASSIGN(auto walk, embedded::FrameWalk::begin(dir, reader_.identity(), {segment, 0}));
  ends_ = file.header()->ends;
  for (;;) {
    TOONO_ASSIGN(std::optional<embedded::Frame> frame, walk.next());
    if (!frame) break;
    auto groups = embedded::decode_groups(frame->body, partitions());
    bool fits = groups.has_value();
    for (std::size_t i = 0; fits && i < groups->size(); ++i) {
      const Group& group = (*groups)[i];
      std::uint64_t& end = ends_.of(group.topic, group.partition);
      fits = group.first_offset == end;
      end = group.end();
    }
    if (!fits)
      return unexpected(
          embedded::damaged("a frame that does not follow the one before it", file.path(), frame->at.offset));
    offsets.push_back(frame->at.offset);
    unsynced = frame->header.unsynced;
  }
  const embedded::LogTail& tail = walk.tail();
  clean_ = tail.last_kind == FrameKind::closed && tail.torn_bytes == 0;
  dropped_bytes_ = tail.torn_bytes;
  // The last frame may be in the system's memory alone, whatever it says: also the one of a close that
  // failed.
  Position unsure = tail.end;
  if (!offsets.empty()) {
    std::size_t last = offsets.size() - 1;
    unsure.offset = offsets[last - std::min<std::size_t>(last, unsynced)];
  }
  return Ended{tail, unsure};
}

Result<void> EmbeddedLog::recover(const std::filesystem::path& dir) {
  TOONO_ASSIGN(auto ended, find_end(dir));
  TOONO_ASSIGN(writer_, embedded::SegmentWriter::open(
                            dir, reader_.identity(), ended.tail, ended.unsure, ends_,
                            {options_.files, options_.segment_bytes, options_.prepare_ahead}));
  for (PartitionNumber p = 0; p < partitions(); ++p) inbox_.begin_at(p, ends_.of(Topic::inbox, p));
  return {};
}

EmbeddedLog::~EmbeddedLog() {
  if (auto closed = close(); !closed) return;
}

std::int64_t EmbeddedLog::now_ms() const {
  if (options_.clock) return options_.clock->now().ms();
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

Unexpected EmbeddedLog::fail(const Error& error) {
  if (!failed_) failure_ = error.what + ": " + error.where;
  failed_ = true;
  return unexpected(error);
}

Unexpected EmbeddedLog::outcome_unknown() const {
  return unexpected({ErrorCode::world,
                     "an earlier write failed and its outcome is unknown (" + failure_ + ")",
                     "the embedded log", "close the log, open it again, and read to the end before acting"});
}

Result<void> EmbeddedLog::send(PartitionNumber partition, Bytes command) {
  if (partition >= partitions()) return unexpected(no_partition(partition, partitions()));
  if (failed_)
    return unexpected({ErrorCode::world, "an earlier write failed and its outcome is unknown",
                       "the embedded log", "close the log and open it again"});
  if (!writer_) return only_read();
  return inbox_.send(partition, command, now_ms());
}

Result<std::vector<LogRecord>> EmbeddedLog::receive(std::size_t limit) { return inbox_.receive(limit); }

Result<void> EmbeddedLog::append(PartitionNumber partition, Bytes decision) {
  if (failed_) return outcome_unknown();
  if (!writer_) return only_read();
  if (partition >= partitions()) return unexpected(no_partition(partition, partitions()));
  std::size_t waiting =
      appended_bytes_.size() + decision.size() + appended_.size() * 2 * embedded::kAlignBytes;
  if (waiting > embedded::kMaxBodyBytes / 2)
    return unexpected({ErrorCode::busy, "too much waits to be settled", "the embedded log", "settle first"});
  appended_.push_back({partition, appended_bytes_.size(), decision.size()});
  appended_bytes_.insert(appended_bytes_.end(), decision.begin(), decision.end());
  return {};
}

Result<void> EmbeddedLog::write(FrameKind kind, std::span<const LogRecord> records) {
  frame_ = embedded::encode_frame(records, partitions());
  auto written = writer_->write(frame_, kind, ends_);
  if (!written) return fail(written.error());
  frame_at_ = *written;
  clean_ = false;
  if (!durable_) return {};
  if (auto synced = writer_->sync(); !synced) return fail(synced.error());
  return {};
}

Result<std::vector<LogRecord>> EmbeddedLog::settle(Wait /*wait*/) {
  if (failed_) return outcome_unknown();
  if (appended_.empty() && !inbox_.has_unsettled()) return std::vector<LogRecord>();
  std::vector<LogRecord> records = inbox_.unsettled();
  embedded::LogEnds ends = ends_;
  for (const LogRecord& record : records) ++ends.of(Topic::inbox, record.partition);
  for (const Appended& appended : appended_)
    records.push_back({Topic::journal, appended.partition, ends.of(Topic::journal, appended.partition)++, 0,
                       0, Bytes(appended_bytes_).subspan(appended.begin, appended.size)});
  TOONO_TRY(write(FrameKind::records, records));
  ends_ = std::move(ends);
  inbox_.clear_unsettled();
  appended_.clear();
  appended_bytes_.clear();
  Bytes body = Bytes(frame_).subspan(embedded::kFrameHeaderBytes,
                                     frame_.size() - embedded::kFrameHeaderBytes - embedded::kEndMarkBytes);
  auto groups = embedded::decode_groups(body, partitions());
  check(groups.has_value(), "the log wrote a frame that it cannot read");
  records.clear();
  for (const Group& group : *groups)
    if (group.topic == Topic::journal)
      embedded::visit_group(group, 0, frame_at_.place(), [&records](const LogRecord& record) {
        records.push_back(record);
        return true;
      });
  return records;
}

Result<void> EmbeddedLog::sync() {
  if (failed_) return outcome_unknown();
  if (!writer_) return {};
  if (auto synced = writer_->sync(); !synced) return fail(synced.error());
  return {};
}

Result<void> EmbeddedLog::close() {
  if (failed_ || !writer_ || clean_) return {};
  TOONO_TRY(sync());
  durable_ = true;
  TOONO_TRY(write(FrameKind::closed, {}));
  clean_ = true;
  return {};
}

Result<void> EmbeddedLog::scan(Topic topic, const std::vector<From>& from, const Visitor& visit) {
  return reader_.scan(topic, from, visit, writer_ ? writer_->end() : end_);
}

}  // namespace toono
