// For ThreadSanitizer alone: librdkafka starts and holds its threads by the C11 calls, which gcc 12's
// sanitizer does not know; a thread that it does not know crashes in it, and a lock that it does not know is
// none. glibc's C11 objects are the POSIX ones under other names, so the calls go on to those that it does
// know.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

struct Start {
  thrd_start_t run;
  void* with;
};

void* run_thread(void* given) {
  const Start start = *std::unique_ptr<Start>(static_cast<Start*>(given));
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(start.run(start.with)));
}

int outcome(int failed) {
  if (failed == 0) return thrd_success;
  if (failed == EBUSY) return thrd_busy;
  return failed == ETIMEDOUT ? thrd_timedout : failed == ENOMEM ? thrd_nomem : thrd_error;
}
pthread_mutex_t* of(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* of(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

}  // namespace

extern "C" {
// Of the sanitizer's runtime.
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);

int thrd_create(thrd_t* thread, thrd_start_t run, void* with) {
  auto start = std::make_unique<Start>(Start{run, with});
  int failed = pthread_create(thread, nullptr, run_thread, start.get());
  if (failed == 0) (void)start.release();
  return outcome(failed);
}
int thrd_join(thrd_t thread, int* code) {
  void* ended = nullptr;
  int failed = pthread_join(thread, &ended);
  if (code) *code = static_cast<int>(reinterpret_cast<std::intptr_t>(ended));
  return outcome(failed);
}
int thrd_detach(thrd_t thread) { return outcome(pthread_detach(thread)); }
// That a lock is made counts as a write to it; it is handed over behind atomics and read-write locks of
// librdkafka that the sanitizer does not see.
int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  int failed = pthread_mutex_init(of(mutex), &attributes);
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  pthread_mutexattr_destroy(&attributes);
  return outcome(failed);
}
int mtx_lock(mtx_t* mutex) { return outcome(pthread_mutex_lock(of(mutex))); }
int mtx_trylock(mtx_t* mutex) { return outcome(pthread_mutex_trylock(of(mutex))); }
int mtx_unlock(mtx_t* mutex) { return outcome(pthread_mutex_unlock(of(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(of(mutex)); }
int cnd_init(cnd_t* condition) { return outcome(pthread_cond_init(of(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return outcome(pthread_cond_signal(of(condition))); }
int cnd_broadcast(cnd_t* condition) { return outcome(pthread_cond_broadcast(of(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return outcome(pthread_cond_wait(of(condition), of(mutex))); }
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return outcome(pthread_cond_timedwait(of(condition), of(mutex), until));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(of(condition)); }
}
