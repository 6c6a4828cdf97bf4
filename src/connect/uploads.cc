#include "connect/uploads.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "base/ids.h"
#include "base/log.h"
#include "base/wipe.h"
#include "connect/connect_sql.h"
#include "connect/detail/rights.h"
#include "connect/disk_formats.h"
#include "connect/file_bytes.h"
#include "connect/import_run.h"
#include "connect/sources.h"
#include "formats/encoding.h"

namespace lotse::connect {

namespace {
Error file_error(int number, const std::filesystem::path& path) {
  const std::string detail = path.string() + ": " + std::strerror(number);
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) return Error::make(ErrorKind::unavailable, "disk_full", detail);
  return Error::make(ErrorKind::internal, "file_not_writable", detail);
}

/// Some systems name files in Windows-1252; JSON can hold UTF-8 only.
std::string in_utf8(const std::string& name) {
  formats::MemorySource bytes(name);
  formats::DecodeSource decode(bytes, formats::Encoding::utf8);
  std::string out(name.size() * 3 + 16, '\0');
  out.resize(formats::read_full(decode, out).value_or(0));
  return out;
}

Error upload_not_found(std::string_view id) { return Error::make(ErrorKind::not_found, "upload_not_found", std::string(id)); }

Upload read(const db::Row& row) {
  Upload upload;
  upload.id = row.text(0);
  upload.name = row.text(1);
  upload.size_bytes = static_cast<uint64_t>(row.integer(2));
  upload.created_at = iso_utc(Micros{row.integer(3)});
  return upload;
}
}  // namespace

std::filesystem::path Uploads::path(const WorkspaceId& workspace, std::string_view id) const { return stores_.folder(workspace) / "uploads" / id; }

Result<std::unique_ptr<IncomingFile>> Uploads::begin(const Viewer& viewer, std::string name) {
  TRY(detail::may_import(viewer));
  // Only the last part counts: browsers on some systems send a path.
  if (const auto slash = name.find_last_of("/\\"); slash != std::string::npos) name.erase(0, slash + 1);
  name = in_utf8(name);
  if (name.empty() || name.size() > 255 || name.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
    return Error::invalid("invalid_name", "/name", "a file name of 1 to 255 bytes is expected");
  clean_up(viewer.workspace());
  std::unique_ptr<IncomingFile> incoming(new IncomingFile);
  incoming->owner_ = this;
  incoming->viewer_ = viewer;
  incoming->upload_.id = new_id("up", clock_.now());
  incoming->upload_.name = std::move(name);
  incoming->path_ = path(viewer.workspace(), incoming->upload_.id);
  std::error_code failed;
  std::filesystem::create_directories(incoming->path_.parent_path(), failed);
  if (failed) return file_error(failed.value(), incoming->path_.parent_path());
  incoming->file_ = ::open(incoming->path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (incoming->file_ < 0) return file_error(errno, incoming->path_);
  return incoming;
}

IncomingFile::~IncomingFile() {
  if (file_ >= 0) ::close(file_);
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(path_, ignored);
}

Result<void> IncomingFile::write(std::span<const char> bytes) {
  if (upload_.size_bytes + bytes.size() > owner_->limits_.file_bytes_max)
    return Error::make(ErrorKind::too_large, "upload_too_large", std::to_string(owner_->limits_.file_bytes_max) + " bytes are allowed");
  while (!bytes.empty()) {
    const ssize_t n = ::write(file_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(errno, path_);
    bytes = bytes.subspan(static_cast<size_t>(n));
    upload_.size_bytes += static_cast<uint64_t>(n);
  }
  return {};
}

Result<Upload> IncomingFile::finish() {
  if (upload_.size_bytes == 0) return Error::invalid("empty_file", "", "the file has no byte");
  if (fdatasync(file_) != 0) return file_error(errno, path_);
  const Micros now = owner_->clock_.now();
  upload_.created_at = iso_utc(now);
  TRY(owner_->database_.write(viewer_->workspace(), [&](db::Session& session) {
    return session.execute(sql::upload_insert, {{":id", upload_.id},
                                                {":name", upload_.name},
                                                {":size_bytes", upload_.size_bytes},
                                                {":created_by", viewer_->principal()},
                                                {":created_at", now.count()}});
  }));
  finished_ = true;
  return upload_;
}

Result<Upload> Uploads::get(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  const auto rows = TRY(database_.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::upload_get, {{":id", id}}); }));
  if (rows.empty()) return upload_not_found(id);
  return read(rows.front());
}

Result<Detection> Uploads::detection(const Viewer& viewer, std::string_view id, const ReadOptions& options) {
  const auto upload = TRY(get(viewer, id));
  auto file = DiskFile::open(path(viewer.workspace(), upload.id));
  if (!file) return upload_not_found(id);
  const auto place = path(viewer.workspace(), upload.id);
  DiskFormats others(place, place.parent_path());
  Detection detection = TRY(detect_file(**file, options, &others));
  const auto saved = TRY(database_.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::source_list); }));
  detection.matching_source = matching_source(saved, detection);
  return detection;
}

Result<std::set<std::string>> Uploads::in_use(const WorkspaceId& workspace) {
  const auto rows = TRY(database_.read(workspace, [](db::Session& s) { return s.query(sql::import_states); }));
  std::set<std::string> out;
  for (const auto& row : rows)
    if (auto request = parse_json<ImportRequest>(row.text(2))) out.insert(request->upload);
  return out;
}

Result<void> Uploads::remove(const Viewer& viewer, std::string_view id) {
  const auto upload = TRY(get(viewer, id));
  if (TRY(in_use(viewer.workspace())).contains(upload.id)) return Error::make(ErrorKind::conflict, "upload_in_use", "an import of this file waits or runs");
  return forget(viewer.workspace(), upload.id);
}

Result<void> Uploads::forget(const WorkspaceId& workspace, std::string_view id) {
  TRY(database_.write(workspace, [&](db::Session& s) { return s.execute(sql::upload_delete, {{":id", id}}); }));
  std::error_code ignored;
  std::filesystem::remove(path(workspace, id), ignored);
  return {};
}

Result<void> Uploads::wipe_all(const WorkspaceId& workspace) {
  const auto used = TRY(in_use(workspace));
  for (const auto& row : TRY(database_.read(workspace, [](db::Session& s) { return s.query(sql::upload_list); }))) {
    if (used.contains(row.text(0))) continue;
    TRY(wipe_file(path(workspace, row.text(0))));
    TRY(forget(workspace, row.text(0)));
  }
  return {};
}

void Uploads::clean_up(const WorkspaceId& workspace) {
  const auto used = in_use(workspace);
  if (!used) return;
  const Micros before = clock_.now() - limits_.kept;
  const auto old = database_.read(workspace, [&](db::Session& s) { return s.query(sql::upload_list_before, {{":before", before.count()}}); });
  if (!old) return;
  for (const auto& row : *old) {
    const auto upload = read(row);
    if (used->contains(upload.id)) continue;
    if (auto gone = forget(workspace, upload.id); !gone) log_warning("connect", "{} stays: {}", upload.id, gone.error().detail);
  }
  // Uploads that broke off with the process are files that nobody knows; those of today may still be growing.
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(stores_.folder(workspace) / "uploads", none)) {
    std::error_code failed;
    const auto age = std::filesystem::file_time_type::clock::now() - entry.last_write_time(failed);
    if (failed || age < std::chrono::microseconds(limits_.kept.count())) continue;
    const std::string id = entry.path().filename().string();
    const auto known = database_.read(workspace, [&](db::Session& s) { return s.query(sql::upload_get, {{":id", id}}); });
    if (known && known->empty()) std::filesystem::remove(entry.path(), failed);
  }
}

}  // namespace lotse::connect
