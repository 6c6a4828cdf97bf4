#include "analysis/detail/snapshot_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <functional>
#include <span>

#include "base/log.h"
#include "base/wipe.h"

/// Layout, all numbers little-endian:
///   0   8 bytes   "LotseCol"
///   8   u64       version of this layout
///   16  u64       bytes of the head
///   24  u64       sum of the head (FNV-1a)
///   32            head: what the codes mean
///   then, from the next multiple of 4096 on, the engine's bytes, which carry their own sums
namespace lotse::analysis::detail {
namespace {
static_assert(std::endian::native == std::endian::little, "the file is read as it lies in memory");

constexpr char magic[8] = {'L', 'o', 't', 's', 'e', 'C', 'o', 'l'};
constexpr uint64_t layout_version = 2;
constexpr size_t page = 4096;

struct Front {
  char magic[8];
  uint64_t version, head_bytes, head_sum;
};

uint64_t sum_of(std::span<const char> bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}
size_t engine_begin(uint64_t head_bytes) { return (sizeof(Front) + head_bytes + page - 1) / page * page; }

struct Writer {
  std::vector<char> bytes;
  void number(uint64_t value) {
    char raw[8];
    std::memcpy(raw, &value, 8);
    bytes.insert(bytes.end(), raw, raw + 8);
  }
  void numbers(const std::vector<uint32_t>& list) {
    number(list.size());
    for (uint32_t v : list) number(v);
  }
};
struct Reader {
  std::span<const char> bytes;
  bool broken = false;
  uint64_t number() {
    if (bytes.size() < 8) {
      broken = true;
      return 0;
    }
    uint64_t value;
    std::memcpy(&value, bytes.data(), 8);
    bytes = bytes.subspan(8);
    return value;
  }
  /// A count of things of which each has at least eight bytes here.
  size_t count() {
    const uint64_t n = number();
    if (n > bytes.size() / 8) broken = true;
    return broken ? 0 : n;
  }
  std::vector<uint32_t> numbers() {
    std::vector<uint32_t> out(count());
    for (auto& v : out) v = static_cast<uint32_t>(number());
    return out;
  }
};

std::vector<char> head_of(const SavedColumns& saved) {
  Writer w;
  w.number(saved.as_of);
  w.numbers(saved.properties);
  w.number(saved.classes.size());
  for (const auto& one : saved.classes) {
    w.number(uint64_t{one.source} << 32 | one.type);
    for (uint32_t code : one.properties) w.number(code);
  }
  w.numbers(saved.attributes);
  w.number(saved.tallies.classes.size());
  for (const auto& c : saved.tallies.classes) {
    w.number(c.events);
    w.number(static_cast<uint64_t>(c.first_us));
    w.number(static_cast<uint64_t>(c.last_us));
  }
  w.number(saved.tallies.channels.size());
  for (const auto& [key, events] : saved.tallies.channels) {
    w.number(key);
    w.number(events);
  }
  w.number(saved.tallies.attributes.size());
  for (const auto& [attribute, counts] : saved.tallies.attributes) {
    w.number(attribute);
    w.number(counts.size());
    for (uint64_t v : counts) w.number(v);
  }
  w.number(std::ranges::count_if(saved.customer_of, [](uint32_t customer) { return customer != 0; }));
  for (size_t i = 0; i < saved.customer_of.size(); ++i)
    if (saved.customer_of[i] != 0) w.number(uint64_t{i} << 32 | saved.customer_of[i]);
  return std::move(w.bytes);
}

bool read_head(std::span<const char> bytes, SavedColumns& out) {
  Reader r{bytes};
  out.as_of = r.number();
  out.properties = r.numbers();
  out.classes.resize(r.count());
  for (auto& one : out.classes) {
    const uint64_t v = r.number();
    one.type = static_cast<uint32_t>(v);
    one.source = static_cast<uint16_t>(v >> 32);
    one.properties.resize(out.properties.size());
    for (auto& code : one.properties) code = static_cast<uint32_t>(r.number());
  }
  out.attributes = r.numbers();
  out.tallies.classes.resize(r.count());
  for (auto& c : out.tallies.classes) {
    c.events = r.number();
    c.first_us = static_cast<int64_t>(r.number());
    c.last_us = static_cast<int64_t>(r.number());
  }
  for (size_t n = r.count(); n > 0; --n) {
    const uint64_t key = r.number();
    out.tallies.channels[key] = r.number();
  }
  for (size_t n = r.count(); n > 0; --n) {
    auto& counts = out.tallies.attributes[static_cast<uint32_t>(r.number())];
    counts.resize(r.count());
    for (auto& v : counts) v = r.number();
  }
  for (size_t n = r.count(); n > 0; --n) {
    const uint64_t link = r.number();
    const size_t identity = link >> 32;
    if (identity >= out.customer_of.size()) out.customer_of.resize(identity + 1, 0);
    out.customer_of[identity] = static_cast<uint32_t>(link);
  }
  return !r.broken && r.bytes.empty();
}

/// A file descriptor that closes itself; writes through a buffer.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

  Result<void> write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      if (buffer_.size() + bytes.size() < buffer_bytes) {
        buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
        return {};
      }
      TRY(flush());
      const size_t now = std::min(bytes.size(), buffer_bytes);
      TRY(put(bytes.first(now)));
      bytes = bytes.subspan(now);
    }
    return {};
  }
  Result<void> flush() {
    TRY(put(buffer_));
    buffer_.clear();
    return {};
  }

 private:
  static constexpr size_t buffer_bytes = 4 << 20;
  Result<void> put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return failed();
      bytes = bytes.subspan(static_cast<size_t>(done));
    }
    return {};
  }

 public:
  static Error failed() {
    const int code = errno;
    return Error::make(ErrorKind::unavailable, code == ENOSPC || code == EDQUOT ? "disk_full" : "columns_not_written", std::strerror(code));
  }

 private:
  int fd_;
  std::vector<std::byte> buffer_;
};

Result<void> write_file(const std::filesystem::path& path, const SavedColumns& saved) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return File::failed();
  const auto head = head_of(saved);
  Front front{.version = layout_version, .head_bytes = head.size(), .head_sum = sum_of(head)};
  std::memcpy(front.magic, magic, sizeof(magic));
  TRY(file.write(std::as_bytes(std::span(&front, 1))));
  TRY(file.write(std::as_bytes(std::span(head))));
  const std::vector<std::byte> gap(engine_begin(head.size()) - sizeof(front) - head.size());
  TRY(file.write(gap));
  TRY(engine::freeze(saved.columns, [&](std::span<const std::byte> bytes) { return file.write(bytes); }));
  TRY(file.flush());
  if (::fsync(file.get()) != 0) return File::failed();
  return {};
}

/// The name that a replaced file has until its bytes are overwritten.
std::filesystem::path former_name(const std::filesystem::path& file, ino_t number) { return file.string() + ".old." + std::to_string(number); }

void wipe(const std::filesystem::path& former) {
  if (auto gone = wipe_file(former); !gone) log_warning("analysis", "{}", gone.error().detail);
}

struct Mapped {
  void* address = nullptr;
  size_t size = 0;
  int fd = -1;                   // holds a shared lock: the bytes are needed
  std::filesystem::path former;  // its name once it is replaced
  ~Mapped() {
    if (address) ::munmap(address, size);
    if (fd < 0) return;
    ::close(fd);
    wipe(former);
  }
};

/// Takes the file's name away and overwrites its bytes, at once or when nobody maps them any more.
void discard(const std::filesystem::path& file, const std::function<bool()>& replace) {
  struct stat about {};
  const bool there = ::stat(file.c_str(), &about) == 0;
  const auto former = former_name(file, about.st_ino);
  const bool kept = there && ::link(file.c_str(), former.c_str()) == 0;
  const bool replaced = replace();
  if (!kept) return;
  if (!replaced) {
    ::unlink(former.c_str());
    return;
  }
  {
    File old(::open(former.c_str(), O_RDWR | O_CLOEXEC));
    if (old.get() < 0 || ::flock(old.get(), LOCK_EX | LOCK_NB) != 0) return;  // it is mapped
  }
  wipe(former);
}

std::shared_ptr<const Mapped> map_file(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (file.get() < 0 || ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 || ::fstat(file.get(), &about) != 0 || about.st_size < static_cast<off_t>(sizeof(Front))) return nullptr;
  auto mapped = std::make_shared<Mapped>();
  void* address = ::mmap(nullptr, static_cast<size_t>(about.st_size), PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return nullptr;
  mapped->address = address;
  mapped->fd = file.release();
  mapped->former = former_name(path, about.st_ino);
  mapped->size = static_cast<size_t>(about.st_size);
  ::madvise(address, mapped->size, MADV_WILLNEED);
  return mapped;
}

}  // namespace

Result<void> save_columns(const std::filesystem::path& file, const SavedColumns& saved) {
  const std::filesystem::path fresh = file.string() + ".new";
  const auto written = write_file(fresh, saved);
  if (!written) {
    ::unlink(fresh.c_str());
    return written;
  }
  bool renamed = false;
  int why = 0;
  discard(file, [&] {
    renamed = ::rename(fresh.c_str(), file.c_str()) == 0;
    why = errno;
    return renamed;
  });
  if (!renamed) {
    errno = why;
    return File::failed();
  }
  File folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return File::failed();
  return {};
}

void remove_columns(const std::filesystem::path& file) {
  discard(file, [&] { return ::unlink(file.c_str()) == 0; });
}

std::optional<SavedColumns> load_columns(const std::filesystem::path& file, engine::Executor& executor) {
  // What a process that was killed had not overwritten yet. A file that is still mapped here keeps its name.
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(file.parent_path(), none)) {
    if (!entry.path().filename().string().starts_with(file.filename().string() + ".old.")) continue;
    bool free = false;
    {
      File old(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
      free = old.get() >= 0 && ::flock(old.get(), LOCK_EX | LOCK_NB) == 0;
    }
    if (free) wipe(entry.path());
  }
  const auto mapped = map_file(file);
  if (!mapped) return std::nullopt;
  const std::span<const char> bytes(static_cast<const char*>(mapped->address), mapped->size);
  Front front;
  std::memcpy(&front, bytes.data(), sizeof(front));
  SavedColumns out;
  const bool whole = std::memcmp(front.magic, magic, sizeof(magic)) == 0 && front.version == layout_version &&
                     front.head_bytes < bytes.size() && engine_begin(front.head_bytes) <= bytes.size() &&
                     sum_of(bytes.subspan(sizeof(front), front.head_bytes)) == front.head_sum &&
                     read_head(bytes.subspan(sizeof(front), front.head_bytes), out);
  if (!whole) {
    log_warning("analysis", "{} is broken or of another version; columns are built anew", file.filename().string());
    return std::nullopt;
  }
  auto columns = engine::view(std::as_bytes(bytes.subspan(engine_begin(front.head_bytes))), mapped, executor);
  if (!columns) {
    log_warning("analysis", "{}: {}; columns are built anew", file.filename().string(), columns.error().code);
    return std::nullopt;
  }
  out.columns = std::move(*columns);
  return out;
}

}  // namespace lotse::analysis::detail
