#include "formats/zip_write.h"

#include <zip.h>

#include <memory>

namespace lotse::formats {

Result<std::string> zip_archive(const std::vector<std::pair<std::string, std::string>>& files) {
  zip_error_t error;
  zip_error_init(&error);
  const auto failed = [&] { return Error::make(ErrorKind::internal, "zip_not_written", zip_error_strerror(&error)); };
  const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> buffer(zip_source_buffer_create(nullptr, 0, 0, &error), &zip_source_free);
  if (!buffer) return failed();
  zip_source_keep(buffer.get());  // the archive releases one
  zip_t* archive = zip_open_from_source(buffer.get(), ZIP_TRUNCATE, &error);
  if (!archive) {
    zip_source_free(buffer.get());
    return failed();
  }
  for (const auto& [name, bytes] : files) {
    zip_source_t* part = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    if (!part || zip_file_add(archive, name.c_str(), part, ZIP_FL_OVERWRITE | ZIP_FL_ENC_UTF_8) < 0) {
      if (part) zip_source_free(part);
      zip_discard(archive);
      return Error::make(ErrorKind::internal, "zip_not_written", name);
    }
  }
  if (zip_close(archive) != 0) {
    zip_discard(archive);
    return Error::make(ErrorKind::internal, "zip_not_written", "closing the archive");
  }
  zip_stat_t stat;
  if (zip_source_open(buffer.get()) != 0 || zip_source_stat(buffer.get(), &stat) != 0) return failed();
  std::string out(stat.size, '\0');
  const auto read = zip_source_read(buffer.get(), out.data(), out.size());
  zip_source_close(buffer.get());
  if (read != static_cast<zip_int64_t>(out.size())) return failed();
  return out;
}

}  // namespace lotse::formats
