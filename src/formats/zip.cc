#include <fmt/format.h>

#include "formats/detail/zip.h"

namespace lotse::formats::detail {
namespace {

class Part final : public ByteSource {
 public:
  Part(zip_file_t* file, std::string name, uint64_t stored_bytes, Zip::PartLimits limits)
      : file_(file), name_(std::move(name)), stored_bytes_(stored_bytes), limits_(limits) {}
  ~Part() override { zip_fclose(file_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  Result<size_t> read(std::span<char> out) override {
    const zip_int64_t n = zip_fread(file_, out.data(), out.size());
    if (n < 0) return Error::invalid("xlsx_broken", "", fmt::format("The Excel file is damaged in its part {}. Save it again.", name_));
    given_ += static_cast<uint64_t>(n);
    if (given_ > limits_.bytes_max || (given_ > (uint64_t{16} << 20) && given_ / std::max<uint64_t>(1, stored_bytes_) > limits_.ratio_max))
      return Error::make(ErrorKind::too_large, "xlsx_too_large",
                         fmt::format("The part {} of the Excel file unpacks to more than is allowed. Save it as CSV or split it.", name_));
    return static_cast<size_t>(n);
  }

 private:
  zip_file_t* file_;
  std::string name_;
  uint64_t stored_bytes_, given_ = 0;
  Zip::PartLimits limits_;
};

}  // namespace

// libzip asks for everything through this one function.
zip_int64_t Zip::callback(void* self, void* data, zip_uint64_t size, zip_source_cmd_t command) {
  auto* z = static_cast<Zip*>(self);
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
                                            ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_OPEN: z->at_ = 0; return 0;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: return 0;
    case ZIP_SOURCE_READ: {
      const auto n = z->file_.read_at(z->at_, {static_cast<char*>(data), size});
      if (!n) {
        z->failure_ = n.error();
        zip_error_set(&z->error_, ZIP_ER_READ, 0);
        return -1;
      }
      z->at_ += *n;
      return static_cast<zip_int64_t>(*n);
    }
    case ZIP_SOURCE_STAT: {
      auto* stat = static_cast<zip_stat_t*>(data);
      zip_stat_init(stat);
      stat->size = z->file_.size_bytes();
      stat->valid = ZIP_STAT_SIZE;
      return sizeof *stat;
    }
    case ZIP_SOURCE_SEEK: {
      const auto* args = ZIP_SOURCE_GET_ARGS(zip_source_args_seek_t, data, size, &z->error_);
      if (!args) return -1;
      const auto end = static_cast<int64_t>(z->file_.size_bytes());
      const int64_t base = args->whence == SEEK_SET ? 0 : args->whence == SEEK_CUR ? static_cast<int64_t>(z->at_) : end;
      const int64_t to = base + args->offset;
      if (to < 0 || to > end) {
        zip_error_set(&z->error_, ZIP_ER_SEEK, 0);
        return -1;
      }
      z->at_ = static_cast<uint64_t>(to);
      return 0;
    }
    case ZIP_SOURCE_TELL: return static_cast<zip_int64_t>(z->at_);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&z->error_, data, size);
    default: zip_error_set(&z->error_, ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

Result<std::unique_ptr<Zip>> Zip::open(ByteFile& file) {
  std::unique_ptr<Zip> z(new Zip(file));
  zip_error_init(&z->error_);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_function_create(&Zip::callback, z.get(), &error);
  if (source) {
    z->zip_ = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (!z->zip_) zip_source_free(source);
  }
  const std::string why = z->zip_ ? "" : zip_error_strerror(&error);
  zip_error_fini(&error);
  if (z->failure_) return *z->failure_;
  if (!z->zip_)
    return Error::invalid("xlsx_broken", "", fmt::format("The Excel file cannot be opened ({}). Was it transferred completely? Save it again.", why));
  return z;
}

Zip::~Zip() {
  if (zip_) zip_discard(zip_);
  zip_error_fini(&error_);
}

bool Zip::has(const std::string& name) const { return zip_name_locate(zip_, name.c_str(), 0) >= 0; }

Result<std::unique_ptr<ByteSource>> Zip::part(const std::string& name, PartLimits limits) {
  zip_stat_t stat;
  if (zip_stat(zip_, name.c_str(), 0, &stat) != 0)
    return Error::invalid("xlsx_broken", "", fmt::format("The Excel file lacks its part {}. Save it again.", name));
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
    return Error::invalid("xlsx_encrypted", "", "The file is protected by a password. Save it without one.");
  zip_file_t* file = zip_fopen_index(zip_, stat.index, 0);
  if (!file) return Error::invalid("xlsx_broken", "", fmt::format("The part {} of the Excel file cannot be unpacked. Save it again.", name));
  return std::make_unique<Part>(file, name, (stat.valid & ZIP_STAT_COMP_SIZE) ? stat.comp_size : 0, limits);
}

}  // namespace lotse::formats::detail
