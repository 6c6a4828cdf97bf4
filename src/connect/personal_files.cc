#include "connect/personal_files.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include "base/wipe.h"
#include "connect/connect_sql.h"
#include "connect/file_bytes.h"
#include "connect/types.h"
#include "formats/csv.h"

namespace lotse::connect {

namespace {
constexpr auto imports_end_within = std::chrono::minutes(10);

std::vector<std::string> identifiers_of(std::span<const Subject> subjects) {
  std::vector<std::string> out;
  for (const auto& subject : subjects)
    for (const auto& one : subject.identifiers)
      if (!one.empty()) out.push_back(one);
  return out;
}

/// As cells of the file are written: a quote doubled. An identifier of one or two letters is looked for as a whole cell only.
bool names_one(std::string_view text, const std::vector<std::string>& identifiers) {
  return std::ranges::any_of(identifiers, [&](const std::string& one) { return one.size() < 3 ? text == one : text.find(one) != std::string_view::npos; });
}

/// Each row of a file of rejects, as it stands there; nothing where there is no such file.
Result<void> each_row(const std::filesystem::path& path, const std::function<void(std::string_view row, bool header, const formats::RowBlock& block, size_t index)>& take) {
  const auto file = TRY(DiskFile::open(path));
  formats::FileSource source(*file);
  formats::CsvSplitter splitter(source, {.delimiter = ';'});
  formats::CsvParser parser({.delimiter = ';'}, 0);
  bool first = true;
  formats::RowBlock block;
  while (auto chunk = TRY(splitter.next())) {
    (void)parser.parse(std::move(*chunk), block);
    for (size_t r = 0; r < block.row_count(); ++r, first = false) take(block.row_text(r), first, block, r);
  }
  return {};
}

bool row_names_one(const formats::RowBlock& block, size_t row, const std::vector<std::string>& identifiers) {
  for (size_t c = 2; c < block.cell_count(row); ++c)  // after number and code
    if (names_one(block.cell(row, c), identifiers)) return true;
  return false;
}
}  // namespace

Result<nlohmann::json> PersonalFiles::find(const WorkspaceId& workspace, const Subject& subject) {
  nlohmann::json out = nlohmann::json::array();
  const auto identifiers = identifiers_of({&subject, 1});
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(stores_.folder(workspace) / "rejects", none))
    TRY(each_row(entry.path(), [&](std::string_view row, bool header, const formats::RowBlock& block, size_t index) {
      if (!header && row_names_one(block, index, identifiers)) out.push_back({{"import", entry.path().stem().string()}, {"row", row}});
    }));
  return out;
}

Result<uint64_t> PersonalFiles::erase_rows(const std::filesystem::path& path, const std::vector<std::string>& identifiers) {
  uint64_t gone = 0;
  TRY(each_row(path, [&](std::string_view, bool header, const formats::RowBlock& block, size_t index) { gone += !header && row_names_one(block, index, identifiers); }));
  if (gone == 0) return gone;
  const std::filesystem::path fresh = path.string() + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << "\xEF\xBB\xBF";
    TRY(each_row(path, [&](std::string_view row, bool header, const formats::RowBlock& block, size_t index) {
      if (row.starts_with("\xEF\xBB\xBF")) row.remove_prefix(3);
      while (row.ends_with('\n') || row.ends_with('\r')) row.remove_suffix(1);
      if (header || !row_names_one(block, index, identifiers)) out << row << "\r\n";
    }));
    out.flush();
    if (!out) {
      (void)wipe_file(fresh);
      return Error::make(ErrorKind::unavailable, "file_not_writable", fresh.string());
    }
  }
  // The old one is overwritten first: cut off here, what is lost is a list of rows that were not taken.
  TRY(wipe_file(path));
  std::error_code failed;
  std::filesystem::rename(fresh, path, failed);
  if (failed) return Error::make(ErrorKind::unavailable, "file_not_writable", path.string() + ": " + failed.message());
  return gone;
}

/// The list of imports shows a value of a rejected row for each reason.
Result<uint64_t> PersonalFiles::erase_examples(const WorkspaceId& workspace, const std::vector<std::string>& identifiers) {
  uint64_t gone = 0;
  TRY(database_.write(workspace, [&](db::Session& session) -> Result<void> {
    for (const auto& row : TRY(session.query(sql::import_outcomes))) {
      auto import = TRY(parse_json<Import>(row.text(2)));
      uint64_t here = 0;
      for (auto* reasons : {&import.rejects, &import.warnings})
        for (auto& reason : *reasons)
          if (reason.example && names_one(*reason.example, identifiers)) {
            reason.example.reset();
            ++here;
          }
      if (import.error_detail && names_one(*import.error_detail, identifiers)) {
        import.error_detail.reset();
        ++here;
      }
      if (here == 0) continue;
      TRY(session.execute(sql::import_update, {{":id", row.text(0)}, {":state", row.text(1)}, {":outcome", to_json(import).dump()}}));
      gone += here;
    }
    return {};
  }));
  return gone;
}

Result<uint64_t> PersonalFiles::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  for (const auto& subject : subjects) live_.forget_customer(workspace, subject.pseudonym, subject.identities);
  const auto identifiers = identifiers_of(subjects);
  if (identifiers.empty()) return uint64_t{0};
  uint64_t gone = TRY(erase_examples(workspace, identifiers));
  std::error_code none;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(stores_.folder(workspace) / "rejects", none)) files.push_back(entry.path());
  for (const auto& file : files) {
    if (file.extension() == ".new") {  // left behind by a rewriting that was cut off before the old file went
      TRY(wipe_file(file));
      continue;
    }
    gone += TRY(erase_rows(file, identifiers));
  }
  return gone;
}

Result<void> PersonalFiles::purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) {
  const auto until = std::chrono::steady_clock::now() + imports_end_within;
  while (!TRY(uploads_.in_use(workspace)).empty()) {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the server ends");
    if (std::chrono::steady_clock::now() >= until) return Error::make(ErrorKind::conflict, "upload_in_use", "an import waits or runs");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  TRY(erase(workspace, subjects));
  return uploads_.wipe_all(workspace);
}

}  // namespace lotse::connect
