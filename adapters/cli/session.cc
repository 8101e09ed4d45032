#include "adapters/cli/session.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>

#include "adapters/cli/broken_off.h"
#include "adapters/cli/fold_line.h"
#include "adapters/json/writer.h"
#include "core/derive.h"
#include "core/partition.h"
#include "core/time.h"

namespace toono::cli {

Result<LogAddress> log_address(const Globals& globals) {
  // What writes is more patient: a leader may be on its way to another broker.
  constexpr int kReadsWithinMs = 10'000;
  TOONO_ASSIGN(auto address, parse_log_address(globals.log, globals.data));
  if (address.kafka && globals.only_reads) address.kafka->answer_within_ms = kReadsWithinMs;
  return address;
}

Result<std::filesystem::path> data_dir(const Globals& globals) {
  TOONO_ASSIGN(auto address, log_address(globals));
  if (!address.is_kafka()) return address.dir;
  return unexpected({ErrorCode::usage, "this works on the files of an embedded log", globals.log,
                     "say --log embedded:DIR; docs/operations.md says how it is done on Kafka"});
}

namespace {
std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}
}  // namespace

Result<Sender> sender_of(const Globals& globals) {
  if (globals.as.empty()) return Sender{};
  auto at = globals.as.find('@');
  auto staff =
      at == std::string::npos ? std::nullopt : parse_number(std::string_view(globals.as).substr(0, at));
  auto station =
      at == std::string::npos ? std::nullopt : parse_number(std::string_view(globals.as).substr(at + 1));
  if (!staff || !station || *staff == 0 || *station == 0)
    return unexpected({ErrorCode::usage, "this does not say who sends", "--as " + globals.as,
                       "say STAFF@STATION, both by number: --as 15000001@150000"});
  return Sender{StaffId(*staff), StationId(*station)};
}

std::string without_mark(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

Result<std::string> read_file(const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return without_mark(text.str());
  }
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem))
    return unexpected({ErrorCode::world, "this is a directory, not a file", path, "name a file"});
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return unexpected({ErrorCode::world, "the file cannot be read", path, "check the name and its rights"});
  text << file.rdbuf();
  return without_mark(text.str());
}

Result<Instant> parse_moment(std::string_view text) {
  if (text.size() == 10) {
    TOONO_ASSIGN(auto day, parse_day(text));
    return start_of(day);
  }
  auto instant = parse_instant(text);
  if (instant) return instant;
  auto error = instant.error();
  error.next += ", or a day like 2026-11-24";
  return unexpected(std::move(error));
}

Result<StationId> parse_station(std::string_view text, RegistryView registry, Day day) {
  auto code = parse_number(text);
  if (code && registry.station(StationId(*code), day)) return StationId(*code);
  std::vector<std::string> named;
  StationId found = {};
  for (const auto* station : registry.stations(day)) {
    if (station->name != text) continue;
    found = station->id;
    named.push_back(std::to_string(station->id.code()));
  }
  if (named.size() == 1) return found;
  if (named.size() > 1)
    return unexpected({ErrorCode::usage, "more than one station has this name", std::string(text),
                       fmt::format("say which by its code: {}", fmt::join(named, ", "))});
  return unexpected({ErrorCode::not_found, "there is no such station", std::string(text),
                     "`toono stations` lists them by code and name"});
}

Result<void> check_set_clock(const Globals& globals) {
  constexpr std::int64_t kWarnedMs = 5 * kMinuteMs, kRefusedMs = 2 * 366 * kDayMs;
  if (!globals.now) return {};
  auto ahead = globals.now->ms() - SystemClock().now().ms();
  if (ahead > kRefusedMs)
    return unexpected({ErrorCode::usage,
                       "the clock is set years ahead: what is decided would be dated so for ever",
                       "--now " + to_text(*globals.now), "leave --now out, or look at the year again"});
  if (ahead > kWarnedMs)
    warn("--now " + to_text(*globals.now) +
         " is later than this machine's clock: what is decided now is dated so for ever, and nothing in its "
         "partition can be dated earlier again");
  return {};
}

Error without_vault(Error error, const EngineOptions& options) {
  if (error.code != ErrorCode::refused && error.code != ErrorCode::not_found) return error;
  bool is_key = error.where.starts_with(master_key_of(options));
  bool is_vault = options.kafka
                      ? error.where.find(TopicNames(options.kafka->deployment).keys) != std::string::npos
                      : error.where.starts_with(DataPaths(options.dir).vault().string());
  if (is_key || is_vault) error.code = ErrorCode::world;
  return error;
}

Result<EngineOptions> Session::prepare(const Globals& globals) {
  TOONO_ASSIGN(auto address, log_address(globals));
  if (globals.now) clock_.stand_at(*globals.now);
  EngineOptions options{
      .dir = address.dir,
      .kafka = address.kafka,
      .master_key = globals.master_key,
      .clock = &clock_,
      .entropy = &entropy_,
      .inbox_limit = globals.inbox_limit.value_or(address.inbox_limit.value_or(kInboxLimit))};
  TOONO_TRY(read_where_it_asks(globals, options, passing_));
  return options;
}

Result<std::unique_ptr<Session>> Session::open(const Globals& globals, const FoldStop& should_stop) {
  auto session = std::unique_ptr<Session>(new Session());
  TOONO_ASSIGN(auto options, session->prepare(globals));
  FoldLine line;
  options.on_fold = line.watch();
  options.should_stop = should_stop;
  auto opened = Engine::open(options);
  if (!opened) return unexpected(without_vault(opened.error(), options));
  session->engine_ = std::move(*opened);
  auto half_year = broken_off_at(session->engine_->follower());
  // The clock of a simulated store stands where its year ended, unless the user sets it.
  if (!globals.now && session->engine_->follower().genesis().simulated) {
    auto& follower = session->engine_->follower();
    Instant last = follower.genesis().created_at;
    for (PartitionNumber partition = 0; partition <= follower.partitions(); ++partition)
      last = std::max(last, follower.head(partition).chain.decided_at);
    session->clock_.stand_at(last);
  }
  if (half_year) {
    auto error = broken_off(session->engine_->options(), *half_year);
    warn(error.what + ": " + error.where + ": " + error.next);
  }
  session->edge_ = std::make_unique<Edge>(*session->engine_);
  return session;
}

Result<std::unique_ptr<Session>> Session::create(const Globals& globals, const Founding& founding) {
  auto session = std::unique_ptr<Session>(new Session());
  TOONO_ASSIGN(auto options, session->prepare(globals));
  TOONO_ASSIGN(session->engine_, Engine::create(options, founding));
  session->edge_ = std::make_unique<Edge>(*session->engine_);
  return session;
}

Result<Sender> sender_at_work(Session& session, const Globals& globals) {
  TOONO_ASSIGN(auto sender, sender_of(globals));
  auto day = day_of(session.now());
  if (globals.as.empty() || session.engine().registry().now().station_of(sender.actor, day) == sender.station)
    return sender;
  return unexpected({ErrorCode::refused, "nobody of this number works at this station on " + to_text(day),
                     "--as " + globals.as, "`toono staff` lists who works where"});
}

namespace {

/// The one id that a link of this kind leads to from `from`, in this partition.
Result<std::optional<EntityId>> follow_link(const Store& store, PartitionNumber partition, Link kind,
                                            const Uuid& from) {
  auto prefix = Key(partition, Table::links).byte(static_cast<std::uint8_t>(kind)).id(from);
  std::optional<EntityId> to;
  TOONO_TRY(store.scan(prefix, behind(prefix), [&](std::string_view key, std::string_view) {
    to = KeyReader(key).skip(kKeyPrefix + 1 + 16).id<EntityId>();
    return false;
  }));
  return to;
}

Error unknown(std::string_view what) {
  return {ErrorCode::not_found, "nothing here has this id or number", std::string(what),
          "`toono find` lists cases and contacts"};
}

Result<Found> find_number(const Store& store, PartitionNumber partitions, std::string_view number) {
  if (!is_case_number(number))
    return unexpected({ErrorCode::not_found,
                       "this is neither a UUID nor a case number (its check digits do not fit)",
                       std::string(number), "look at the number again"});
  for (PartitionNumber partition = 0; partition < partitions; ++partition) {
    TOONO_ASSIGN(auto row, store.get(Key(partition, Table::numbers).text(number)));
    if (row && row->size() == 16)
      return Found{partition, id_from<EntityId>(bytes_of(*row)), EntityKind::case_file, std::nullopt};
  }
  return unexpected(unknown(number));
}

}  // namespace

Result<Found> find_entity(const Store& store, PartitionNumber partitions, std::string_view id_or_number) {
  auto id = parse_id<EntityId>(id_or_number);
  if (!id) return find_number(store, partitions, id_or_number);
  auto home = partition_of(*id, partitions);
  TOONO_ASSIGN(auto row, store.get(state_key(home, *id)));
  if (row && !row->empty()) return Found{home, *id, static_cast<EntityKind>((*row)[0]), std::nullopt};
  for (PartitionNumber partition = 0; partition < partitions; ++partition)
    for (auto kind : {Link::order_case, Link::referral_case}) {
      TOONO_ASSIGN(auto entity, follow_link(store, partition, kind, id_as<Uuid>(*id)));
      if (entity) return Found{partition, *entity, EntityKind::case_file, id_as<Uuid>(*id)};
    }
  return unexpected(unknown(id_or_number));
}

Result<EntityState> load_state(const Store& store, const Found& found) {
  TOONO_ASSIGN(auto row, store.get(state_key(found.partition, found.entity)));
  if (!row) return unexpected(unknown(to_text(found.entity)));
  auto state = unpack_state(*row);
  if (std::holds_alternative<std::monostate>(state))
    return unexpected({ErrorCode::damaged, "a stored state cannot be read", to_text(found.entity),
                       "run `toono rebuild` to make the store anew from the journal"});
  return state;
}

Result<std::string> answer_json(const Store& store, PartitionNumber partitions, std::string_view data) {
  JsonWriter out;
  out.begin_object().key("read_to").begin_object();
  std::uint64_t void_count = 0, quarantined = 0;
  for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
    TOONO_ASSIGN(auto row, store.get(head_key(partition)));
    HeadRow head;
    if (row) (void)read_plain(*row, head);
    void_count += head.void_count;
    quarantined += head.quarantined_count;
    out.field(partition_text(partition, partitions), head.seq);
  }
  out.end_object()
      .field("void", void_count)
      .field("quarantined", quarantined)
      .key("data")
      .raw(data)
      .end_object();
  return out.str();
}

}  // namespace toono::cli
