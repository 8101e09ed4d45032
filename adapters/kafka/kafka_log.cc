#include "adapters/kafka/kafka_log.h"

#include <fmt/format.h>

#include <chrono>

namespace toono {
namespace {

/// The index of a partition's topic in the writers: entities', registry's.
constexpr std::size_t kEntityTopic = 0, kRegistryTopic = 1;
constexpr std::size_t kBatch = 4096;
constexpr int kReadWaitMs = 100;
constexpr int kFullQueueWaitMs = 50;

using SteadyTime = std::chrono::steady_clock::time_point;
SteadyTime from_now(int ms) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms); }

/// Commands come one by one: long enough that what is sent together travels together, short enough not to be
/// felt.
const KafkaProperties kInboxWriter = {{"linger.ms", "0"}};
/// Decisions come in groups, and settle() sends each at once, one partition after the other.
const KafkaProperties kJournalWriter = {{"linger.ms", "0"}};
/// The head of a topic is read by long polls that answer when there is something.
const KafkaProperties kTailReader = {{"fetch.wait.max.ms", "500"}, {"fetch.min.bytes", "1"}};

/// From so many records on a scan has a reader of its own.
constexpr std::int64_t kLongScan = 20'000;
constexpr int kFetchQueueBackoffKnown = 0x020200ff;

/// A long scan is read faster than it is used. librdkafka pauses at a full queue of messages, and looks again
/// after a second, long after the queue is empty. From 2.2.0 on that wait can be set; before, it looks as
/// soon as anything moves on the connection, so that a small question which comes often serves.
KafkaProperties long_reader() {
  KafkaProperties properties = kBrief;
  if (rd_kafka_version() >= kFetchQueueBackoffKnown)
    properties.emplace_back("fetch.queue.backoff.ms", "20");
  else
    properties.emplace_back("topic.metadata.refresh.interval.ms", "20");
  return properties;
}

LogRecord record_of(Topic topic, PartitionNumber partition, const rd_kafka_message_t& message, Bytes bytes) {
  return {.topic = topic,
          .partition = partition,
          .offset = static_cast<std::uint64_t>(message.offset),
          .place = 0,
          .appended_at_ms = topic == Topic::inbox ? rd_kafka_message_timestamp(&message, nullptr) : 0,
          .bytes = bytes};
}

}  // namespace

KafkaLog::KafkaLog(KafkaLogOptions options)
    : options_(std::move(options)), topics_{TopicNames(options_.address.deployment), 0} {}

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(KafkaLogOptions options) {
  std::unique_ptr<KafkaLog> self(new KafkaLog(std::move(options)));
  const KafkaAddress& address = self->options_.address;
  const TopicNames& names = self->topics_.names;
  TOONO_ASSIGN(self->scanner_, TopicReader::open(address, kBrief, Transactions::ignore));
  TOONO_TRY(self->count_partitions());
  TOONO_TRY(self->find_ends());
  auto writer = [&](std::vector<std::string> topics, const KafkaProperties& properties) {
    return self->options_.only_reads
               ? Result<std::unique_ptr<TopicWriter>>(TopicWriter::none(address, std::move(topics)))
               : TopicWriter::open(address, std::move(topics), properties);
  };
  TOONO_ASSIGN(self->inbox_writer_, writer({names.inbox, names.registry_inbox}, kInboxWriter));
  TOONO_ASSIGN(self->journal_writer_, writer({names.journal, names.registry_journal}, kJournalWriter));
  return self;
}

Result<void> KafkaLog::count_partitions() {
  const TopicNames& names = topics_.names;
  auto count = [this](const std::string& topic) {
    return partition_count(options_.address, scanner_->client(), topic, scanner_->listener());
  };
  TOONO_ASSIGN(int journal, count(names.journal));
  if (journal == 0)
    return unexpected(kafka_error(options_.address, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                                  "there is no journal", names.journal, scanner_->listener()));
  topics_.partitions = options_.partitions_with_registry ? options_.partitions_with_registry
                                                         : static_cast<PartitionNumber>(journal + 1);
  const std::pair<const std::string*, int> all[] = {{&names.journal, topics_.partitions - 1},
                                                    {&names.inbox, topics_.partitions - 1},
                                                    {&names.registry_journal, 1},
                                                    {&names.registry_inbox, 1}};
  for (const auto& [topic, wanted] : all) {
    TOONO_ASSIGN(int found, count(*topic));
    if (found != wanted)
      return unexpected({ErrorCode::refused,
                         fmt::format("the topic has {} partitions and must have {}", found, wanted),
                         fmt::format("kafka:{}, topic {}", options_.address.brokers, *topic),
                         "their number can never change: restore the topic, or name the right deployment"});
  }
  return {};
}

Result<void> KafkaLog::find_ends() {
  begin_.resize(topics_.partitions);
  appended_.resize(topics_.partitions);
  for (PartitionNumber p = 0; p < topics_.partitions; ++p) {
    TOONO_ASSIGN(auto found, end(Topic::journal, p));
    begin_[p] = static_cast<std::int64_t>(found);
  }
  return {};
}

Result<Watermarks> KafkaLog::marks(Topic topic, PartitionNumber partition) {
  return watermarks(options_.address, scanner_->client(), topics_.topic(topic, partition),
                    topics_.number(partition), scanner_->listener());
}

Result<std::uint64_t> KafkaLog::end(Topic topic, PartitionNumber partition) {
  TOONO_TRY(known(partition));
  TOONO_ASSIGN(auto found, end_offset(options_.address, scanner_->client(), topics_.topic(topic, partition),
                                      topics_.number(partition), scanner_->listener()));
  return static_cast<std::uint64_t>(found);
}

std::uint64_t KafkaLog::acknowledged_end(PartitionNumber partition) const {
  return static_cast<std::uint64_t>(inbox_writer_->end_of(
      topics_.is_registry(partition) ? kRegistryTopic : kEntityTopic, topics_.number(partition)));
}

std::string KafkaLog::lacking_copies_of_inbox() const {
  return lacking_copies(options_.address, scanner_->client(), topics_.names.inbox);
}

Result<std::uint64_t> KafkaLog::begin(Topic topic, PartitionNumber partition) {
  TOONO_TRY(known(partition));
  TOONO_ASSIGN(auto found, marks(topic, partition));
  return static_cast<std::uint64_t>(found.low);
}

Result<void> KafkaLog::known(PartitionNumber partition) const {
  if (topics_.knows(partition)) return {};
  return unexpected({ErrorCode::usage, fmt::format("there is no partition {}", partition),
                     "kafka:" + options_.address.brokers, "name one of the log's own"});
}

Result<void> KafkaLog::send(PartitionNumber partition, Bytes command) {
  TOONO_TRY(known(partition));
  return inbox_writer_->write(topics_.is_registry(partition) ? kRegistryTopic : kEntityTopic,
                              topics_.number(partition), command);
}

Result<std::vector<LogRecord>> KafkaLog::receive(std::size_t limit) {
  TOONO_TRY(inbox_writer_->poll());
  if (options_.own_all) {
    TOONO_TRY(read_own_all());
  } else {
    if (options_.group.empty()) return std::vector<LogRecord>();
    TOONO_ASSIGN(bool joined, join());
    if (!joined) return std::vector<LogRecord>();
  }
  TOONO_ASSIGN(auto records, receive_now(limit));
  if (!records.empty() || has_more_) return records;
  // What was decided may be read back first: whoever owns has only this one place to wait in.
  bell_.wait(options_.idle_wait_ms);
  return receive_now(limit);
}

Result<bool> KafkaLog::join() {
  if (group_) return true;
  if (options_.may_join) {
    TOONO_ASSIGN(bool may, options_.may_join());
    if (!may) return false;
  }
  TOONO_ASSIGN(group_, InboxGroup::join(options_.address, topics_, options_.group,
                                        {options_.on_assigned, options_.on_revoked, options_.on_hole}));
  group_->ring(bell_);
  return true;
}

Result<void> KafkaLog::read_own_all() {
  if (inbox_) return {};
  TOONO_ASSIGN(inbox_, TopicReader::open(options_.address, kTailReader, Transactions::ignore));
  inbox_->ring(bell_);
  std::vector<ReadFrom> from;
  for (PartitionNumber p = 0; p < topics_.partitions; ++p) {
    std::uint64_t next = 0;
    if (options_.on_assigned) {
      TOONO_ASSIGN(next, options_.on_assigned(p));
    }
    from.push_back(
        {topics_.topic(Topic::inbox, p), topics_.number(p), static_cast<std::int64_t>(next), true});
  }
  return inbox_->assign(std::move(from));
}

Result<std::vector<LogRecord>> KafkaLog::receive_now(std::size_t limit) {
  if (group_) return group_->receive(limit);
  TOONO_ASSIGN(auto messages, inbox_->read(limit, 0));
  inbox_->heed_pace(messages.size());
  inbox_arena_.clear();
  std::vector<LogRecord> records;
  records.reserve(messages.size());
  for (const auto& [partition, message] : messages)
    records.push_back(record_of(Topic::inbox, static_cast<PartitionNumber>(partition), *message,
                                inbox_arena_.keep(message->payload, message->len)));
  return records;
}

Result<void> KafkaLog::follow() {
  if (journal_) return {};
  TOONO_ASSIGN(journal_, TopicReader::open(options_.address, kTailReader, Transactions::ignore));
  journal_->ring(bell_);
  journal_writer_->ring(bell_);
  std::vector<ReadFrom> from;
  for (PartitionNumber p = 0; p < topics_.partitions; ++p)
    from.push_back({topics_.topic(Topic::journal, p), topics_.number(p), begin_[p]});
  return journal_->assign(std::move(from));
}

Result<void> KafkaLog::append(PartitionNumber partition, Bytes decision) {
  TOONO_TRY(known(partition));
  TOONO_TRY(follow());
  appended_[partition].push_back(appended_arena_.keep(decision.data(), decision.size()));
  ++appended_count_;
  return {};
}

/// What goes to one partition is queued together, so that it travels in one request.
Result<void> KafkaLog::send_appended() {
  for (PartitionNumber p = 0; p < topics_.partitions; ++p)
    for (auto decision : appended_[p]) TOONO_TRY(send_appended(p, decision));
  for (auto& decisions : appended_) decisions.clear();
  appended_count_ = 0;
  appended_arena_.clear();
  return {};
}

Result<void> KafkaLog::send_appended(PartitionNumber partition, Bytes decision) {
  while (true) {
    auto queued = journal_writer_->write(topics_.is_registry(partition) ? kRegistryTopic : kEntityTopic,
                                         topics_.number(partition), decision);
    if (queued) return queued;
    // What became of an earlier one may be the reason, and is said first.
    const bool is_full = queued.error().code == ErrorCode::busy;
    TOONO_TRY(journal_writer_->poll(is_full ? kFullQueueWaitMs : 0));
    if (!is_full) return queued;
  }
}

bool KafkaLog::read_back() const {
  if (journal_writer_->waiting() > 0 || appended_count_ > 0) return false;
  for (PartitionNumber p = 0; p < topics_.partitions; ++p)
    if (journal_->next_offset(p) <
        journal_writer_->end_of(topics_.is_registry(p) ? kRegistryTopic : kEntityTopic, topics_.number(p)))
      return false;
  return true;
}

Error KafkaLog::not_read_back() const {
  return kafka_error(options_.address, RD_KAFKA_RESP_ERR__TIMED_OUT, "what was written cannot be read back",
                     topics_.names.journal, journal_->listener());
}

/// False: there was nothing.
Result<bool> KafkaLog::read_journal(int wait_ms) {
  TOONO_ASSIGN(auto messages, journal_->read(kBatch, wait_ms));
  journal_->heed_pace(messages.size());
  for (const auto& [partition, message] : messages)
    settled_.push_back(record_of(Topic::journal, static_cast<PartitionNumber>(partition), *message,
                                 settled_arena_.keep(message->payload, message->len)));
  return !messages.empty();
}

Result<std::vector<LogRecord>> KafkaLog::settle(Wait wait) {
  TOONO_TRY(follow());
  TOONO_TRY(inbox_writer_->poll());
  TOONO_TRY(journal_writer_->poll());
  // A broker works by the request: while more is on its way than waits here, what waits gathers.
  const bool gathers = wait == Wait::for_none && journal_writer_->waiting() > appended_count_;
  if (!gathers) TOONO_TRY(send_appended());
  bool wrote = journal_writer_->waiting() > 0;
  if (wait == Wait::for_all) TOONO_TRY(journal_writer_->settle());
  settled_.clear();
  settled_arena_.clear();
  // An owner waits for commands, in receive(); who owns nothing waits here for what the others decide.
  const bool owner = options_.own_all || group_ != nullptr;
  int wait_ms = wrote || owner ? 0 : options_.idle_wait_ms;
  while (true) {
    const bool all_back = read_back();
    const bool done = all_back || wait == Wait::for_none;
    has_more_ = done && settled_arena_.held_bytes() >= options_.settle_bytes;
    if (has_more_) break;
    TOONO_ASSIGN(bool read, read_journal(done ? wait_ms : kReadWaitMs));
    if (read || all_back || wrote) went_on_at_ = std::chrono::steady_clock::now();
    if (from_now(-options_.address.answer_within_ms) > went_on_at_) return unexpected(not_read_back());
    if (done && !read) break;
    wait_ms = 0;
    wrote = false;
  }
  return std::move(settled_);
}

Result<std::optional<KafkaLog::Range>> KafkaLog::range_of(Topic topic, const From& from) {
  TOONO_TRY(known(from.partition));
  TOONO_ASSIGN(auto found, marks(topic, from.partition));
  auto begin = static_cast<std::int64_t>(from.offset);
  std::string where = fmt::format("kafka:{}, topic {}, partition {}", options_.address.brokers,
                                  topics_.topic(topic, from.partition), topics_.number(from.partition));
  if (begin > found.high)
    return unexpected(
        {ErrorCode::damaged,
         fmt::format("it ends before offset {}, and was read to offset {} before: it was cut or "
                     "recreated",
                     found.high, begin),
         where, "restore the topic from a backup; the rows that were made from it stay ahead"});
  if (begin < found.low) {
    if (topic == Topic::journal)
      return unexpected({ErrorCode::damaged,
                         fmt::format("it begins at offset {}: the records before it were removed", found.low),
                         where, "restore the topic from a backup, and switch retention off"});
    // The inbox is trimmed behind the head.
    begin = found.low;
  }
  if (begin == found.high) return std::optional<Range>();
  return std::optional<Range>({from.partition, begin, found.high});
}

Result<void> KafkaLog::scan(Topic topic, const std::vector<From>& from, const Visitor& visit) {
  std::vector<Range> ranges;
  for (const From& one : from) {
    TOONO_ASSIGN(auto range, range_of(topic, one));
    if (range) ranges.push_back(*range);
  }
  TOONO_ASSIGN(auto reached, read_ranges(topic, std::move(ranges), visit));
  if (topic == Topic::journal && !journal_)
    for (const Range& range : reached)
      if (range.begin <= begin_[range.partition])
        begin_[range.partition] = std::max(begin_[range.partition], range.end);
  return {};
}

/// Returns the ranges as far as the visitor was shown them.
Result<std::vector<KafkaLog::Range>> KafkaLog::read_ranges(Topic topic, std::vector<Range> ranges,
                                                           const Visitor& visit) {
  if (ranges.empty()) return ranges;
  std::int64_t records = 0;
  for (const Range& range : ranges) records += range.end - range.begin;
  if (records < kLongScan) return read_ranges(*scanner_, topic, std::move(ranges), visit);
  TOONO_ASSIGN(auto reader, TopicReader::open(options_.address, long_reader(), Transactions::ignore));
  return read_ranges(*reader, topic, std::move(ranges), visit);
}

Result<std::vector<KafkaLog::Range>> KafkaLog::read_ranges(TopicReader& reader, Topic topic,
                                                           std::vector<Range> ranges, const Visitor& visit) {
  std::vector<ReadFrom> from;
  std::vector<std::int64_t> shown;
  from.reserve(ranges.size());
  shown.reserve(ranges.size());
  for (const Range& range : ranges)
    from.push_back({topics_.topic(topic, range.partition), topics_.number(range.partition), range.begin,
                    topic == Topic::inbox});
  TOONO_TRY(reader.assign(from));
  RecordArena copies;
  for (const Range& range : ranges) shown.push_back(range.begin);
  // At the last offset of an inbox there may be no record: then its end is told.
  auto is_read = [&] {
    for (std::size_t i = 0; i < ranges.size(); ++i)
      if (reader.next_offset(i) < ranges[i].end) return false;
    return true;
  };
  SteadyTime until = from_now(options_.address.answer_within_ms);
  for (bool more = true; more && !is_read();) {
    auto messages = reader.read(kBatch, kReadWaitMs);
    if (!messages) {
      TOONO_TRY(reader.assign({}));
      return unexpected(messages.error());
    }
    // What comes behind an end says nothing of a partition that is silent.
    bool goes_on = false;
    for (const auto& [index, message] : *messages) {
      const Range& range = ranges[index];
      if (message->offset >= range.end) continue;
      goes_on = true;
      copies.clear();
      more = visit(record_of(topic, range.partition, *message, copies.keep(message->payload, message->len)));
      shown[index] = message->offset + 1;
      if (!more) break;
    }
    if (goes_on)
      until = from_now(options_.address.answer_within_ms);
    else if (std::chrono::steady_clock::now() > until ||
             (messages->empty() && options_.address.is_called_off()))
      return unexpected(kafka_error(options_.address, RD_KAFKA_RESP_ERR__TIMED_OUT,
                                    "the topic cannot be read", from.front().topic, reader.listener()));
  }
  TOONO_TRY(reader.assign({}));
  for (std::size_t i = 0; i < ranges.size(); ++i) ranges[i].end = shown[i];
  return ranges;
}

Result<void> KafkaLog::close() {
  auto flushed = inbox_writer_->settle();
  if (group_) group_->leave();
  return flushed;
}

std::vector<PartitionNumber> KafkaLog::owned() const {
  if (group_) return {group_->owned().begin(), group_->owned().end()};
  std::vector<PartitionNumber> all;
  for (PartitionNumber p = 0; options_.own_all && p < topics_.partitions; ++p) all.push_back(p);
  return all;
}

}  // namespace toono
