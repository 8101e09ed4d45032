// The store on disk: windows in front, RocksDB behind them, and one thread that carries the rows from one to
// the other.
#include "adapters/rocksdb/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

#include "adapters/rocksdb/handles.h"
#include "adapters/rocksdb/options.h"
#include "adapters/rocksdb/sorted_load.h"
#include "adapters/rocksdb/window.h"
#include "rocksdb/listener.h"
#include "rocksdb/transaction_log.h"

namespace toono {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kWaitingWindows = 2;
// RocksDB takes files in without looking whether compaction keeps up, but each one is a place more for every
// scan to look.
constexpr std::uint64_t kYoungFiles = 32;

using Views = std::shared_ptr<const WindowViews>;

std::uint64_t young_files(rocksdb::DB& database) {
  std::string number;
  return database.GetProperty("rocksdb.num-files-at-level0", &number)
             ? std::strtoull(number.c_str(), nullptr, 10)
             : 0;
}

Error disk_is_full(const fs::path& path) {
  return {ErrorCode::world, "the disk was full when the store was opened", path.string(),
          "free some room, then start again: the journal has every row"};
}

/// RocksDB begins a log of its own at every open, and before 8.3 drops none as long as no memtable is flushed
/// (its pull request 11409). Nothing is ever written to ours: without this, each open would leave one more
/// empty file.
void remove_empty_logs(rocksdb::DB& database, const fs::path& path) {
  std::unique_ptr<rocksdb::LogFile> current;
  if (!database.GetCurrentWalFile(&current).ok() || !current) return;
  auto in_use = fs::path(current->PathName()).filename();
  std::error_code failed;
  for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
    const auto& file = at->path();
    if (file.extension() != ".log" || file.filename() == in_use) continue;
    std::error_code gone;
    if (fs::file_size(file, gone) == 0 && !gone) fs::remove(file, gone);
  }
}

/// Whose the lock is of the database that RocksDB could not lock; none: nobody's any more, or somebody's in
/// another container. Only where this process has not locked it: closing the file would end a lock of its
/// own.
std::optional<pid_t> holder(const fs::path& path) {
  struct flock held = {};
  held.l_type = F_WRLCK;
  int file = ::open((path / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  bool is_held = ::fcntl(file, F_GETLK, &held) == 0 && held.l_type != F_UNLCK && held.l_pid > 0;
  ::close(file);
  return is_held ? std::optional(held.l_pid) : std::nullopt;
}

Error not_opened(const fs::path& path, const rocksdb::Status& status) {
  auto error = store_error("the store cannot be opened", path.string(), status);
  const bool is_held_here = error.what.find("lock hold by current process") != std::string::npos;
  if (!is_held_here && error.what.find("While lock file") == std::string::npos) return error;
  error.next = "stop the other process, or give this one a directory of its own with --data";
  auto pid = is_held_here ? std::nullopt : holder(path);
  error.what = pid ? fmt::format("another process (pid {}) is using this directory", *pid)
                   : "the store is open already, here or in another process: " + status.ToString();
  return error;
}

bool has_room(const fs::path& path, std::uint64_t least) {
  std::error_code failed;
  auto space = fs::space(path, failed);
  return failed || space.available >= least;
}

}  // namespace

struct RocksStore::Impl {
  fs::path path;
  Options options;
  rocksdb::Options database_options;
  rocksdb::Options window_file_options;

  // Of the writing thread alone.
  std::unique_ptr<Window> window;
  std::uint64_t loads = 0;

  mutable std::mutex mutex;
  std::condition_variable changed;
  Views views = std::make_shared<WindowViews>();         // what readers see
  std::deque<std::shared_ptr<const WindowView>> closed;  // oldest first; in `views` until RocksDB has them
  std::uint64_t windows_ingested = 0;
  std::uint64_t waiting_changes = 0;
  std::deque<std::size_t> closed_changes;
  std::optional<Error> failure;
  bool stopping = false;

  bool compaction_failed = false;
  bool read_only = false;
  DatabasePtr database;  // behind what its listener uses
  std::thread flusher;

  fs::path incoming() const { return path / "incoming"; }
  Result<void> failed() const { return failure ? Result<void>(unexpected(*failure)) : Result<void>(); }

  struct Compactions;
  bool may_ingest() const { return stopping || compaction_failed || young_files(*database) < kYoungFiles; }
  void publish(bool with_open_window);
  Result<void> close_window();
  void flush_windows();
  Result<void> ingest_window(const WindowView& view);
  Result<void> ingest_files(const std::vector<SortedFile>& files);
  Views views_now() const {
    std::lock_guard lock(mutex);
    return views;
  }
  struct Sight {
    Views views;
    IteratorPtr rows;
  };
  Sight look(const rocksdb::ReadOptions& read) const;
};

// Wakes the flusher when it waits for compaction.
struct RocksStore::Impl::Compactions final : rocksdb::EventListener {
  Impl& impl;
  explicit Compactions(Impl& all) : impl(all) {}
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { tell(false); }
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) override { tell(true); }
  void tell(bool failed) {
    std::lock_guard lock(impl.mutex);
    impl.compaction_failed |= failed;
    impl.changed.notify_all();
  }
};

// Under the lock. The closed windows are taken as they are; only the open one has changed.
void RocksStore::Impl::publish(bool with_open_window) {
  auto next = std::make_shared<WindowViews>();
  next->reserve(closed.size() + 1);
  if (with_open_window) next->push_back(window->view());
  next->insert(next->end(), closed.rbegin(), closed.rend());
  views = std::move(next);
}

Result<void> RocksStore::Impl::close_window() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return failure || closed.size() < kWaitingWindows; });
  if (failure) return failed();
  closed.push_back(window->view());
  closed_changes.push_back(window->changes());
  publish(false);
  window = std::make_unique<Window>(options.window_changes);
  changed.notify_all();
  return {};
}

Result<void> RocksStore::Impl::ingest_files(const std::vector<SortedFile>& files) {
  if (read_only) return unexpected(disk_is_full(path));
  rocksdb::IngestExternalFileArg arg;
  arg.column_family = database->DefaultColumnFamily();
  for (const SortedFile& file : files) {
    arg.external_files.push_back(file.path);
    arg.files_checksums.push_back(file.checksum);
    arg.files_checksum_func_names.push_back(file.checksum_function);
  }
  arg.options.move_files = true;
  arg.options.write_global_seqno = false;
  arg.options.verify_file_checksum = false;  // they were made a moment ago, while the file was written
  auto status = database->IngestExternalFiles({arg});
  if (!status.ok())
    return unexpected(store_error("the store could not take a file of rows", path.string(), status));
  return {};
}

Result<void> RocksStore::Impl::ingest_window(const WindowView& view) {
  if (read_only) return unexpected(disk_is_full(path));
  std::string file = (incoming() / "window.sst").string();
  TOONO_ASSIGN(SortedFile written, write_run(*merge_all(view), file, window_file_options));
  return ingest_files({written});
}

// Windows go in the order of their closing, each in one atomic step, so the database is always a prefix of
// the calls.
void RocksStore::Impl::flush_windows() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return stopping || (!closed.empty() && may_ingest()); });
    if (stopping) return;
    auto oldest = closed.front();
    lock.unlock();
    auto done = ingest_window(*oldest);
    lock.lock();
    if (!done) {
      failure = done.error();
      changed.notify_all();
      return;
    }
    closed.pop_front();
    waiting_changes -= closed_changes.front();
    closed_changes.pop_front();
    ++windows_ingested;
    auto next = std::make_shared<WindowViews>(*views);
    next->pop_back();
    views = std::move(next);
    changed.notify_all();
  }
}

// The iterator must not know of rows that are newer than the windows taken with it. As long as no window was
// dropped in between, it can at most know the oldest of these windows, which does no harm; else both are
// taken again.
RocksStore::Impl::Sight RocksStore::Impl::look(const rocksdb::ReadOptions& read) const {
  for (;;) {
    std::unique_lock lock(mutex);
    Views seen = views;
    std::uint64_t ingested = windows_ingested;
    lock.unlock();
    if (options.while_looking) options.while_looking();
    IteratorPtr rows(database->NewIterator(read));
    lock.lock();
    if (ingested == windows_ingested) return {std::move(seen), std::move(rows)};
  }
}

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RocksStore::~RocksStore() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  impl_->flusher.join();
}

Result<std::unique_ptr<RocksStore>> RocksStore::open(const fs::path& path, const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->options = options;
  impl->database_options = database_options(options);
  impl->database_options.listeners = {std::make_shared<Impl::Compactions>(*impl)};
  impl->window_file_options = window_file_options(impl->database_options);
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) {
    return unexpected(
        {ErrorCode::world, "the store's directory cannot be made: " + failed.message(), path.string(),
         "put the directory right and start again; `toono rebuild` makes the store anew from the journal"});
  }
  rocksdb::DB* opened = nullptr;
  impl->read_only = !has_room(path, options.least_free_bytes);
  if (impl->read_only && !fs::exists(path / "CURRENT", failed)) return unexpected(disk_is_full(path));
  auto status = impl->read_only ? rocksdb::DB::OpenForReadOnly(impl->database_options, path.string(), &opened)
                                : rocksdb::DB::Open(impl->database_options, path.string(), &opened);
  impl->database.reset(opened);
  if (!status.ok()) return unexpected(not_opened(path, status));
  // Only now is the directory ours. What lies here was never taken over.
  if (!impl->read_only) remove_empty_logs(*impl->database, path);
  if (!impl->read_only) fs::remove_all(impl->incoming(), failed);
  if (!impl->read_only && !failed) fs::create_directory(impl->incoming(), failed);
  if (failed) {
    return unexpected(
        {ErrorCode::world, "the store's directory cannot be written: " + failed.message(),
         impl->incoming().string(),
         "put the directory right and start again; `toono rebuild` makes the store anew from the journal"});
  }
  impl->window = std::make_unique<Window>(options.window_changes);
  impl->flusher = std::thread([raw = impl.get()] { raw->flush_windows(); });
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(impl)));
}

Result<void> RocksStore::apply(const RowBatch& changes) {
  if (changes.empty()) return {};
  Window& window = *impl_->window;
  window.add(changes);
  {
    std::lock_guard lock(impl_->mutex);
    TOONO_TRY(impl_->failed());
    impl_->waiting_changes += changes.size();
    impl_->publish(true);
  }
  bool full =
      window.changes() >= impl_->options.window_changes || window.bytes() >= impl_->options.window_bytes;
  return full ? impl_->close_window() : Result<void>();
}

Result<std::optional<std::string>> RocksStore::get(std::string_view key) const {
  std::uint64_t hash = KeyFilter::hash(key);
  RunEntry probe = probe_of(key);
  Views views = impl_->views_now();
  for (const auto& window : *views) {
    if (!window->filter->may_contain(hash)) continue;
    for (const auto& run : window->runs) {
      const RunEntry* found = run->find(probe);
      if (found && found->removed) return std::optional<std::string>();
      if (found) return std::optional(std::string(found->value()));
    }
  }
  rocksdb::PinnableSlice value;
  rocksdb::DB& database = *impl_->database;
  auto status = database.Get({}, database.DefaultColumnFamily(), slice_of(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return unexpected(store_error("a row cannot be read", impl_->path.string(), status));
  return std::optional(value.ToString());
}

Result<void> RocksStore::scan(std::string_view from, std::string_view to, const Visitor& visit) const {
  if (!to.empty() && from >= to) return {};
  rocksdb::Slice bound = slice_of(to);
  rocksdb::ReadOptions read;
  if (!to.empty()) read.iterate_upper_bound = &bound;
  auto [views, rows] = impl_->look(read);
  WindowCursor recent(*views, from, to);
  rows->Seek(slice_of(from));
  bool go_on = true;
  while (go_on && (recent.valid() || rows->Valid())) {
    int order = 1;
    if (recent.valid()) order = rows->Valid() ? recent.entry().key().compare(text_of(rows->key())) : -1;
    if (order > 0) {
      go_on = visit(text_of(rows->key()), text_of(rows->value()));
      rows->Next();
      continue;
    }
    if (!rows->status().ok()) break;  // at damage the iterator stops as it does at the end
    if (const RunEntry& entry = recent.entry(); !entry.removed) go_on = visit(entry.key(), entry.value());
    if (order == 0) rows->Next();
    recent.next();
  }
  if (!rows->status().ok()) {
    return unexpected(store_error("rows cannot be read", impl_->path.string(), rows->status()));
  }
  return {};
}

Result<void> RocksStore::flush() {
  if (impl_->window->changes() > 0) TOONO_TRY(impl_->close_window());
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return impl_->failure || impl_->closed.empty(); });
  return impl_->failed();
}

Result<void> RocksStore::verify() const {
  rocksdb::ReadOptions read;
  read.readahead_size = 2u << 20;
  // Not VerifyChecksum(): that sees the blocks, but not the bytes between and after them.
  auto status = impl_->database->VerifyFileChecksums(read);
  if (!status.ok()) return unexpected(store_error("the store is damaged", impl_->path.string(), status));
  return {};
}

fs::path RocksStore::incoming() const { return impl_->incoming(); }

std::unique_ptr<SortedLoad> RocksStore::sorted_load() {
  auto load = std::make_unique<SortedLoad::Impl>();
  load->options = file_options(impl_->database_options);
  load->directory = impl_->incoming();
  load->name = "load" + std::to_string(impl_->loads++);
  return std::unique_ptr<SortedLoad>(new SortedLoad(std::move(load)));
}

Result<void> RocksStore::ingest(std::vector<std::unique_ptr<SortedLoad>> loads) {
  TOONO_TRY(flush());
  std::vector<SortedFile> files;
  for (auto& load : loads) {
    TOONO_TRY(load->impl_->finish_file());
    files.insert(files.end(), load->impl_->files.begin(), load->impl_->files.end());
  }
  if (files.empty()) return {};
  auto done = impl_->ingest_files(files);
  std::lock_guard lock(impl_->mutex);
  if (!done) impl_->failure = done.error();
  return done;
}

RocksStore::Size RocksStore::size() const {
  Size size;
  impl_->database->GetIntProperty(rocksdb::DB::Properties::kEstimateNumKeys, &size.rows);
  impl_->database->GetIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &size.bytes);
  size.young_files = young_files(*impl_->database);
  std::uint64_t running = 0, pending = 0;
  impl_->database->GetIntProperty(rocksdb::DB::Properties::kNumRunningCompactions, &running);
  impl_->database->GetIntProperty(rocksdb::DB::Properties::kCompactionPending, &pending);
  size.compacting = running + pending > 0;
  std::lock_guard lock(impl_->mutex);
  size.waiting_changes = impl_->waiting_changes;
  size.rows += impl_->waiting_changes;
  return size;
}

}  // namespace toono
