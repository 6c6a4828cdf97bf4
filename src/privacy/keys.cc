#include "privacy/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lotse::privacy {

Result<Keys> Keys::open(const std::filesystem::path& folder, bool may_create) {
  ensure(sodium_init() >= 0, "libsodium starts");
  const auto file = folder / "master";
  Key key;
  if (const int in = ::open(file.c_str(), O_RDONLY | O_CLOEXEC); in >= 0) {
    unsigned char bytes[33];
    const ssize_t size = ::read(in, bytes, sizeof bytes);
    ::close(in);
    if (size != 32) return Error::make(ErrorKind::internal, "keys_broken", file.string() + " does not hold 32 bytes");
    std::memcpy(key.data(), bytes, 32);
    return Keys(key);
  }
  if (!may_create)
    return Error::make(ErrorKind::internal, "keys_missing", file.string() + " is missing, but there are data that need it");

  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  randombytes_buf(key.data(), key.size());
  // Written beside, synced, then renamed: a half key must never be found.
  const auto fresh = folder / "master.new";
  const int out = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool whole = out >= 0 && ::write(out, key.data(), key.size()) == 32 && ::fsync(out) == 0;
  const int why = errno;
  if (out >= 0) ::close(out);
  if (!whole || ::rename(fresh.c_str(), file.c_str()) != 0)
    return Error::make(ErrorKind::unavailable, why == ENOSPC ? "disk_full" : "database_not_writable",
                       "writing " + file.string() + ": " + std::strerror(why));
  if (const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return Keys(key);
}

Keys::Key Keys::fresh() {
  Key key;
  randombytes_buf(key.data(), key.size());
  return key;
}

Keys::Key Keys::derive(std::string_view purpose, std::string_view workspace) const {
  crypto_generichash_state state;
  crypto_generichash_init(&state, master_.data(), master_.size(), 32);
  const auto add = [&](std::string_view part) {
    const uint64_t size = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  };
  add(purpose);
  add(workspace);
  Key key;
  crypto_generichash_final(&state, key.data(), key.size());
  return key;
}

}  // namespace lotse::privacy
