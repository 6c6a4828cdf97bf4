#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "access/detail/password.h"
#include "base/secret.h"

namespace lotse::access::detail {
namespace {
constexpr size_t characters_min = 10, bytes_max = 1000;
constexpr int at_once_max = 2, waiting_max = 30;
constexpr std::chrono::seconds wait_max{10};

void start_sodium() {
  static const int ready = sodium_init();
  ensure(ready >= 0, "libsodium starts");
}

/// Bounds how many hashes run: each takes 64 MiB.
class Slots {
 public:
  bool enter() {
    std::unique_lock lock(mutex_);
    if (waiting_ >= waiting_max) return false;
    ++waiting_;
    const bool free = wake_.wait_for(lock, wait_max, [&] { return running_ < at_once_max; });
    --waiting_;
    if (free) ++running_;
    return free;
  }
  void leave() {
    {
      std::lock_guard lock(mutex_);
      --running_;
    }
    wake_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  int running_ = 0, waiting_ = 0;
};

template <class Work>
Result<void> in_a_slot(Work&& work) {
  static Slots slots;
  start_sodium();
  if (!slots.enter()) return Error::make(ErrorKind::unavailable, "too_busy", "too many passwords are being checked");
  work();
  slots.leave();
  return {};
}
}  // namespace

Result<void> check_password(std::string_view password, std::string_view field) {
  const auto characters = std::count_if(password.begin(), password.end(), [](char c) { return (c & 0xc0) != 0x80; });
  if (size_t(characters) < characters_min) return Error::invalid("password_too_short", std::string(field), "10 characters are wanted");
  if (password.size() > bytes_max) return Error::invalid("password_too_long", std::string(field), "at most 1,000 bytes");
  return {};
}

Result<std::string> hash_password(std::string_view password) {
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  bool done = false;
  TRY(in_a_slot([&] {
    done = crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
  }));
  if (!done) return Error::make(ErrorKind::unavailable, "too_busy", "no memory for hashing a password");
  hash.resize(hash.find('\0'));
  return hash;
}

Result<bool> password_fits(std::string_view password, const std::string& hash) {
  bool fits = false;
  TRY(in_a_slot([&] { fits = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0; }));
  return fits;
}

Result<void> pretend_to_check(std::string_view password) {
  static const Result<std::string> hash = hash_password("a password that nobody has");
  if (!hash) return hash.error();
  TRY(password_fits(password, *hash));
  return {};
}

std::string random_password() {
  start_sodium();
  constexpr std::string_view alphabet = "abcdefghjkmnpqrstuvwxyz23456789";  // no i, l, o, 0, 1
  std::string text;
  for (int i = 0; i < 20; ++i) {
    if (i > 0 && i % 4 == 0) text += '-';
    text += alphabet[randombytes_uniform(uint32_t(alphabet.size()))];
  }
  return text;
}

std::string hash_of_secret(std::string_view secret) { return lotse::hash_of_secret(secret); }

}  // namespace lotse::access::detail
