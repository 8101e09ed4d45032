// Stories: each contact and case is played by a coroutine that waits for its time and for the answers to its
// commands. A case then reads from top to bottom as it happens, and twenty thousand of them can be under way
// at once.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "core/check.h"

namespace toono::simulate {

/// A course of events that nobody waits for. It begins when the stage lets it, and the stage owns it until it
/// has ended.
class Story {
 public:
  struct promise_type {
    Story get_return_object() { return Story(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { check(false, "no exception leaves a story"); }
  };

  Story(Story&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Story& operator=(Story&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Story() {
    if (handle_) handle_.destroy();
  }
  std::coroutine_handle<> handle() const { return handle_; }
  bool has_ended() const { return handle_.done(); }

 private:
  explicit Story(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

/// A part of a story: `co_await part(...)` plays it and gives what it returns. It must be awaited at once.
template <class T>
class Part {
 public:
  struct promise_type {
    /// Goes back to whoever awaits this part.
    struct Back {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) const noexcept {
        return ended.promise().caller;
      }
      void await_resume() const noexcept {}
    };
    Part get_return_object() { return Part(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Back final_suspend() noexcept { return {}; }
    void return_value(T given) { value = given; }
    void unhandled_exception() { check(false, "no exception leaves a story"); }

    std::coroutine_handle<> caller;
    std::optional<T> value;
  };

  Part(Part&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Part& operator=(Part&&) = delete;
  ~Part() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().caller = caller;
    return handle_;
  }
  T await_resume() { return *handle_.promise().value; }

 private:
  explicit Part(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace toono::simulate
