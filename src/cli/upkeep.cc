#include "cli/upkeep.h"

#include <fmt/format.h>

#include <fstream>

namespace lotse::cli {
namespace {
namespace fs = std::filesystem;

Error not_written(const fs::path& path, const std::error_code& why) {
  return Error::make(ErrorKind::unavailable, why == std::errc::no_space_on_device ? "disk_full" : "target_not_writable", path.string() + ": " + why.message());
}

/// Files of a workspace that are worth keeping besides the store's own: not what can be made anew, nor uploads and
/// exports, which live a day at most.
bool is_kept(const fs::path& relative) {
  const std::string first = relative.begin()->string();
  return !first.starts_with("events.") && !first.starts_with("columns.") && first != "tmp" && first != "uploads" && first != "exports";
}

Result<void> copy_other_files(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(from, failed)) {
    const fs::path relative = fs::relative(entry.path(), from);
    if (!entry.is_regular_file() || !is_kept(relative)) continue;
    fs::create_directories((to / relative).parent_path(), failed);
    fs::copy_file(entry.path(), to / relative, failed);
    if (failed) return not_written(to / relative, failed);
  }
  return {};
}
}  // namespace

fs::path without_end_slash(const fs::path& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

Unfinished::~Unfinished() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<void> FolderUpkeep::backup(const fs::path& wanted) {
  const fs::path target = without_end_slash(wanted);
  std::error_code failed;
  const fs::path place = fs::weakly_canonical(target, failed), data = fs::weakly_canonical(parts_.folder.path(), failed);
  if (std::mismatch(data.begin(), data.end(), place.begin(), place.end()).first == data.end())
    return Error::invalid("target_in_data_folder", "/target", target.string());
  if (fs::exists(target) && !(fs::is_directory(target) && fs::is_empty(target)))
    return Error::make(ErrorKind::conflict, "target_exists", target.string());
  const fs::path half = target.string() + ".half";  // becomes `target` only when it is whole
  Unfinished unfinished(half);
  fs::remove_all(half, failed);
  fs::create_directories(half, failed);
  if (failed) return not_written(half, failed);
  fs::permissions(half, fs::perms::owner_all, failed);
  // In this order a later piece holds at least what an earlier one speaks of: imports → their events → their identities.
  TRY(parts_.database->backup(half / "lotse.db"));
  for (const auto& workspace : TRY(parts_.workspaces.all())) {
    const fs::path from = parts_.stores.folder(workspace.id), to = half / "workspaces" / workspace.id.value;
    if (!fs::exists(from)) continue;
    TRY(TRY(parts_.stores.open(workspace.id))->backup(to));
    TRY(copy_other_files(from, to));
  }
  TRY(parts_.vault->backup(half));
  if (fs::exists(parts_.folder.first_sign_in())) fs::copy_file(parts_.folder.first_sign_in(), half / parts_.folder.first_sign_in().filename(), failed);
  std::ofstream(half / "backup.json") << nlohmann::json{{"made_at", iso_utc(Clock::system().now())}, {"form", 1}}.dump(2) << "\n";
  fs::remove(target, failed);
  fs::rename(half, target, failed);
  if (failed) return not_written(target, failed);
  unfinished.keep();
  return {};
}

Result<std::vector<std::string>> FolderUpkeep::defects() {
  std::vector<std::string> lines;
  for (const auto& line : TRY(parts_.database->defects())) lines.push_back("lotse.db: " + line);
  for (const auto& workspace : TRY(parts_.workspaces.all())) {
    const auto say = [&](const Error& error) { lines.push_back(fmt::format("workspace {}: {} {}", workspace.slug, error.code, error.detail)); };
    const auto chain = TRY(parts_.audit.verify(workspace.id));
    if (!chain.whole) lines.push_back(fmt::format("workspace {}: the audit log was changed at its entry {}", workspace.slug, chain.broken_at.value_or(0)));
    if (!fs::exists(parts_.stores.folder(workspace.id))) continue;
    auto store = parts_.stores.open(workspace.id);
    if (!store) {
      say(store.error());
      continue;
    }
    // Reading every row finds blocks whose checksum is wrong.
    uint64_t rows = 0;
    const uint64_t as_of = (*store)->as_of(), counted = (*store)->event_count();
    const auto read = (*store)->scan(0, as_of, {}, [&](EventColumns&& columns) -> Result<void> {
      rows += columns.size();
      return {};
    });
    if (!read) say(read.error());
    else if (rows < counted) lines.push_back(fmt::format("workspace {}: {} events are counted, {} can be read", workspace.slug, counted, rows));
  }
  return lines;
}

}  // namespace lotse::cli
