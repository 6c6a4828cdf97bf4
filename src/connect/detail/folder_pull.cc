#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <fmt/format.h>

#include <algorithm>

#include "connect/detail/pull.h"
#include "connect/file_bytes.h"

/// Files of a folder, oldest first. One that still grows is left for the next run; one that was taken is known by its name with
/// size and time, or by its bytes.
namespace lotse::connect::detail {

namespace fs = std::filesystem;

namespace {
constexpr auto quiet = std::chrono::seconds(10);  // a file that was written to more recently may still grow
constexpr size_t files_max = 100'000;

struct Found {
  fs::path path;
  uint64_t size = 0;
  int64_t changed_at = 0;  // microseconds of the system's clock
};

std::optional<Found> look(const fs::path& path) {
  struct stat status {};
  // A link could lead out of the folder: only files themselves are taken.
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return Found{path, static_cast<uint64_t>(status.st_size), int64_t{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1000};
}
bool is_unfinished_name(const std::string& name) {
  if (name.empty() || name.front() == '.' || name.front() == '~') return true;
  return std::ranges::any_of(std::initializer_list<std::string_view>{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp"},
                             [&](std::string_view end) { return name.ends_with(end); });
}

Result<std::string> hash_of(const fs::path& path) {
  const auto file = TRY(DiskFile::open(path));
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> piece(1 << 20);
  for (uint64_t at = 0;;) {
    const size_t n = TRY(file->read_at(at, piece));
    if (n == 0) break;
    XXH3_128bits_update(state.get(), piece.data(), n);
    at += n;
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

class FolderPull : public Pull {
 public:
  FolderPull(const PullOrder& order, std::vector<Found> files, bool growing) : order_(order), files_(std::move(files)), growing_(growing) {}

  Result<std::optional<Batch>> next() override {
    for (; at_ < files_.size(); ++at_) {
      if (order_.stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
      const Found& file = files_[at_];
      const std::string name = file.path.filename().string();
      const auto known = order_.known_file ? TRY(order_.known_file(name)) : std::vector<KnownFile>{};
      const bool seen = std::ranges::any_of(known, [&](const KnownFile& k) { return k.size_bytes == file.size && k.changed_at == file.changed_at; });
      if (seen) continue;
      const std::string hash = order_.preview ? std::string() : TRY(hash_of(file.path));
      const auto still = look(file.path);
      if (!still || still->size != file.size || still->changed_at != file.changed_at) {
        growing_ = true;
        continue;
      }
      Batch batch;
      batch.name = name;
      batch.place = {{"file", {{"name", name}, {"size", file.size}, {"changed", file.changed_at}, {"hash", hash}}}};
      // Touched, with the same bytes: noted under its new time, not read again.
      if (std::ranges::none_of(known, [&](const KnownFile& k) { return k.hash == hash; })) batch.file = file.path;
      note_growing(batch);
      ++at_;
      return std::optional(std::move(batch));
    }
    return std::optional<Batch>();
  }
  std::optional<std::string> behind() const override { return std::nullopt; }

 private:
  void note_growing(Batch& batch) {
    if (std::exchange(growing_, false)) batch.notes.push_back("files_growing");
  }
  const PullOrder order_;
  std::vector<Found> files_;
  size_t at_ = 0;
  bool growing_;
};
}  // namespace

Result<void> check_below(const fs::path& path, const std::vector<fs::path>& roots, std::string_view field) {
  std::error_code failed;
  const fs::path place = fs::weakly_canonical(path, failed);
  for (const auto& root : roots) {
    if (failed) break;
    std::error_code bad;
    const fs::path base = fs::canonical(root, bad);
    if (!bad && std::mismatch(base.begin(), base.end(), place.begin(), place.end()).first == base.end()) return {};
  }
  return Error::invalid("folder_not_allowed", std::string(field), path.string() + " does not lie below a folder that the server allows");
}

Result<void> copy_file(const fs::path& from, IncomingFile& to) {
  const auto file = TRY(DiskFile::open(from));
  std::vector<char> piece(1 << 20);
  for (uint64_t at = 0;;) {
    const size_t n = TRY(file->read_at(at, piece));
    if (n == 0) return {};
    TRY(to.write({piece.data(), n}));
    at += n;
  }
}

Result<std::unique_ptr<Pull>> open_folder(const PullOrder& order) {
  const FolderSettings& settings = *order.settings.folder;
  std::error_code failed;
  fs::directory_iterator entries(settings.path, failed);
  if (failed) return Error::invalid("folder_not_found", "/settings/folder/path", settings.path + ": " + failed.message());
  const int64_t quiet_since = std::chrono::duration_cast<Micros>((std::chrono::system_clock::now() - quiet).time_since_epoch()).count();
  std::vector<Found> files;
  bool growing = false;
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (is_unfinished_name(name) || (!settings.pattern.empty() && ::fnmatch(settings.pattern.c_str(), name.c_str(), 0) != 0)) continue;
    const auto found = look(entry.path());
    if (!found || found->size == 0) continue;
    if (found->changed_at > quiet_since) {
      growing = true;
      continue;
    }
    if (files.size() == files_max) return Error::invalid("too_many_files", "/settings/folder/path", settings.path);
    files.push_back(*found);
  }
  std::ranges::sort(files, [](const Found& a, const Found& b) { return std::tie(a.changed_at, a.path) < std::tie(b.changed_at, b.path); });
  return std::make_unique<FolderPull>(order, std::move(files), growing);
}

}  // namespace lotse::connect::detail
