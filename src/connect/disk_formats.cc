#include "connect/disk_formats.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "connect/file_bytes.h"
#include "db/sqlite_file.h"
#include "events/parquet_file.h"
#include "formats/inflate.h"

namespace lotse::connect {

namespace {

class ParquetTable final : public formats::TableReader {
 public:
  ParquetTable(std::unique_ptr<events::ParquetFile> file, double& share) : file_(std::move(file)), share_(share) {}
  const std::vector<std::string>& columns() const override { return file_->columns(); }
  Result<bool> next(formats::RowBlock& block) override {
    block.clear();
    block.set_first_record(rows_ + 1);
    uint32_t row = 0;
    bool more = true;
    while (more && row < 4096 && block.built_bytes() < (size_t{1} << 20))
      more = TRY(file_->next([&](std::span<const std::string_view> cells) {
        for (const std::string_view cell : cells) block.add_cell(cell);
        block.end_row(row++);
      }));
    rows_ += row;
    share_ = file_->row_count() > 0 ? std::min(1.0, static_cast<double>(rows_) / static_cast<double>(file_->row_count())) : 1;
    return row > 0;
  }

 private:
  std::unique_ptr<events::ParquetFile> file_;
  double& share_;
  uint64_t rows_ = 0;
};

/// The tables of OCEL 2.0: event, object, event_object, and one table for each type of either.
class SqliteLog final : public formats::OcelLog {
 public:
  SqliteLog(std::unique_ptr<db::SqliteFile> file, std::vector<std::string> tables, double& share)
      : file_(std::move(file)), tables_(std::move(tables)), share_(share) {}

  Result<void> read_objects(const formats::OcelHandler& handler) override {
    for (const auto& [type, table] : TRY(types("object"))) {
      if (handler.object_type) TRY(handler.object_type(type));
      if (!handler.object) continue;
      const std::string sql = table.empty() ? "SELECT o.ocel_id AS object_id FROM object o WHERE o.ocel_type = ?1 ORDER BY 1"
                                            : fmt::format("SELECT o.ocel_id AS object_id, t.* FROM object o LEFT JOIN {} t ON t.ocel_id = o.ocel_id "
                                                          "WHERE o.ocel_type = ?1 ORDER BY 1, t.ocel_time", db::SqliteFile::quoted(table));
      auto rows = TRY(file_->query(sql, {type}));
      formats::OcelObject object;
      bool any = false;
      while (TRY(rows->next())) {
        const std::string id = text(*rows, 0);
        if (any && id != object.id) {
          TRY(handler.object(object));
          object = {};
        }
        any = true;
        object.id = id;
        object.type = type;
        add_values(*rows, 1, object.attributes);
      }
      if (any) TRY(handler.object(object));
    }
    return {};
  }

  Result<bool> next(formats::OcelEvent& event) override {
    if (!begun_) {
      types_ = TRY(types("event"));
      begun_ = true;
    }
    for (;;) {
      if (!rows_) {
        share_ = types_.empty() ? 1 : static_cast<double>(type_) / static_cast<double>(types_.size());
        if (type_ == types_.size()) return false;
        const auto& [type, table] = types_[type_];
        const std::string more = table.empty() ? "" : ", t.*", join = table.empty() ? "" : fmt::format(" LEFT JOIN {} t ON t.ocel_id = e.ocel_id", db::SqliteFile::quoted(table));
        rows_ = TRY(file_->query(fmt::format("SELECT e.ocel_id AS event_id, r.ocel_object_id AS object_id{} FROM event e{} "
                                             "LEFT JOIN event_object r ON r.ocel_event_id = e.ocel_id WHERE e.ocel_type = ?1 ORDER BY 1", more, join), {type}));
        ++type_;
        on_row_ = TRY(rows_->next());
      }
      if (!on_row_) {
        rows_.reset();
        continue;
      }
      event.id = text(*rows_, 0);
      event.type = types_[type_ - 1].first;
      event.time.clear();
      event.attributes.clear();
      event.objects.clear();
      for (size_t c = 2; c < rows_->width(); ++c) {
        if (rows_->is_null(c) || rows_->name(c) == "ocel_id") continue;
        if (rows_->name(c) == "ocel_time")
          event.time = text(*rows_, c);
        else
          event.attributes.push_back({std::string(rows_->name(c)), {}, text(*rows_, c)});
      }
      do {
        if (!rows_->is_null(1)) event.objects.push_back(text(*rows_, 1));
        on_row_ = TRY(rows_->next());
      } while (on_row_ && text(*rows_, 0) == event.id);
      return true;
    }
  }

 private:
  static std::string text(const db::SqliteRows& rows, size_t column) { return formats::decode_text(rows.text(column), formats::Encoding::utf8); }

  /// Types with the tables that hold their attributes; none where there is no such table.
  Result<std::vector<std::pair<std::string, std::string>>> types(const std::string& kind) {
    std::vector<std::pair<std::string, std::string>> out;
    const bool mapped = std::ranges::find(tables_, kind + "_map_type") != tables_.end();
    auto rows = TRY(file_->query(mapped ? fmt::format("SELECT DISTINCT k.ocel_type, m.ocel_type_map FROM (SELECT ocel_type FROM {0} UNION SELECT ocel_type FROM {0}_map_type) k "
                                                      "LEFT JOIN {0}_map_type m ON m.ocel_type = k.ocel_type WHERE k.ocel_type IS NOT NULL ORDER BY 1", kind)
                                        : fmt::format("SELECT DISTINCT ocel_type, ocel_type FROM {} WHERE ocel_type IS NOT NULL ORDER BY 1", kind)));
    while (TRY(rows->next())) {
      std::string table = kind + "_" + text(*rows, 1);
      if (std::ranges::find(tables_, table) == tables_.end()) table.clear();
      if (out.empty() || out.back().first != text(*rows, 0)) out.emplace_back(text(*rows, 0), std::move(table));
    }
    return out;
  }

  /// A row of an object's table: the first has all values, those that name a changed field this one alone.
  static void add_values(const db::SqliteRows& rows, size_t first, std::vector<formats::OcelValue>& out) {
    std::string time, changed;
    for (size_t c = first; c < rows.width(); ++c) {
      if (rows.name(c) == "ocel_time") time = text(rows, c);
      if (rows.name(c) == "ocel_changed_field" && !rows.is_null(c)) changed = text(rows, c);
    }
    for (size_t c = first; c < rows.width(); ++c) {
      const std::string_view name = rows.name(c);
      if (rows.is_null(c) || name == "ocel_id" || name == "ocel_time" || name == "ocel_changed_field" || (!changed.empty() && name != changed)) continue;
      out.push_back({std::string(name), time, text(rows, c)});
    }
  }

  std::unique_ptr<db::SqliteFile> file_;
  const std::vector<std::string> tables_;
  double& share_;
  std::vector<std::pair<std::string, std::string>> types_;
  bool begun_ = false, on_row_ = false;
  size_t type_ = 0;
  std::unique_ptr<db::SqliteRows> rows_;
};

}  // namespace

DiskFormats::~DiskFormats() {
  std::error_code none;
  if (!unpacked_.empty()) std::filesystem::remove(unpacked_, none);
}

Result<std::filesystem::path> DiskFormats::plain() {
  if (!unpacked_.empty()) return unpacked_;
  const auto file = TRY(DiskFile::open(file_));
  std::string head(4, '\0');
  head.resize(TRY(file->read_at(0, head)));
  if (!formats::is_compressed(head)) return file_;
  std::string name = (scratch_ / "lotse-unpacked-XXXXXX").string();
  const int out = ::mkostemp(name.data(), O_CLOEXEC);
  if (out < 0) return Error::make(ErrorKind::unavailable, errno == ENOSPC ? "disk_full" : "file_not_writable", std::strerror(errno));
  unpacked_ = name;
  formats::FileSource raw(*file);
  formats::InflateSource inflate(raw);
  std::vector<char> piece(size_t{1} << 20);
  const auto copy = [&]() -> Result<void> {
    while (const size_t n = TRY(inflate.read(piece)))
      for (size_t done = 0; done < n;) {
        const ssize_t put = ::write(out, piece.data() + done, n - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return Error::make(ErrorKind::unavailable, errno == ENOSPC ? "disk_full" : "file_not_writable", std::strerror(errno));
        done += static_cast<size_t>(put);
      }
    return {};
  };
  const auto done = copy();
  ::close(out);
  if (!done) return done.error();
  return unpacked_;
}

Result<std::unique_ptr<formats::TableReader>> DiskFormats::parquet(const std::vector<std::string>& first_columns) {
  share_ = 0;
  return std::make_unique<ParquetTable>(TRY(events::ParquetFile::open(TRY(plain()), first_columns)), share_);
}

Result<std::unique_ptr<formats::OcelLog>> DiskFormats::ocel_sqlite() {
  share_ = 0;
  auto file = TRY(db::SqliteFile::open(TRY(plain())));
  auto tables = TRY(file->tables());
  const auto has = [&](std::string_view name) { return std::ranges::find(tables, name) != tables.end(); };
  if (!has("event") || !has("object") || !has("event_object")) {
    if (has("EVENTS") && has("RELATIONS")) return Error::invalid("ocel_not_read", "", "an object-centric log of OCEL 1.0");
    return Error::invalid("sqlite_no_log", "", "the file has no tables event, object and event_object");
  }
  return std::make_unique<SqliteLog>(std::move(file), std::move(tables), share_);
}

}  // namespace lotse::connect
