#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>

#include "connect/connector_types.h"
#include "connect/detail/portion.h"
#include "net/address.h"

/// One run's way through a source.
namespace lotse::connect::detail {

/// What came together, and the place behind it: the next run begins there once this is durable.
struct Batch {
  Portion portion;
  bool fixed_columns = false;                 ///< the source says its columns: one that is missing is an error
  std::optional<std::filesystem::path> file;  ///< instead of the portion: a file of the server
  std::string name;                           ///< what the import is called
  nlohmann::json place;
  std::vector<std::string> notes;             ///< codes
};

/// A file that was taken before.
struct KnownFile {
  uint64_t size_bytes = 0;
  int64_t changed_at = 0;
  std::string hash;
};

struct PullOrder {
  const ConnectorSettings& settings;
  const std::string& secret;
  const nlohmann::json& place;       ///< of the batch before; an object, empty at first
  const net::AllowedHosts& allowed;
  std::vector<std::filesystem::path> folders;
  Micros now{0};
  std::stop_token stop;
  bool preview = false;              ///< a few records are enough
  /// Files of this name that were taken before.
  std::function<Result<std::vector<KnownFile>>(const std::string& name)> known_file = nullptr;
};

class Pull {
 public:
  virtual ~Pull() = default;
  /// The next batch (its portion may be empty: then only the place moves on); none when the source has no more for now. After
  /// an error it is over; batches given before stand.
  virtual Result<std::optional<Batch>> next() = 0;
  /// What waits still, in the source's words.
  virtual std::optional<std::string> behind() const { return std::nullopt; }
};

/// errors  of the source: those of net::fetch; source_unauthorized, source_not_there, source_unavailable, source_answered
Result<std::unique_ptr<Pull>> open_pull(ConnectorKind kind, const PullOrder& order);
Result<std::unique_ptr<Pull>> open_http(const PullOrder& order);
Result<std::unique_ptr<Pull>> open_sql(ConnectorKind kind, const PullOrder& order);
Result<std::unique_ptr<Pull>> open_folder(const PullOrder& order);
Result<std::unique_ptr<Pull>> open_kafka(const PullOrder& order);

/// Whether settings can be used at all.  errors  with fields below /settings
Result<void> check_settings(ConnectorKind kind, const ConnectorSettings& settings);
/// Where a secret goes: who changes it gives the secret again.
Result<std::string> target_of(ConnectorKind kind, const ConnectorSettings& settings);
/// Where a person would look for a place: its values in words. None for a place that is empty.
std::optional<std::string> place_text(const nlohmann::json& place);

/// errors  folder_not_allowed (not below one of `roots`, also by a link), with `field`
Result<void> check_below(const std::filesystem::path& path, const std::vector<std::filesystem::path>& roots, std::string_view field);
/// errors  file_not_found, file_not_readable; those of IncomingFile
Result<void> copy_file(const std::filesystem::path& from, IncomingFile& to);

/// -1, 0 or 1 as of two values of a field that grows: numbers by size, times by instant, other texts by their bytes.
int compare_values(std::string_view a, std::string_view b);
/// A time, so many minutes earlier and in the same form; any other text as it is.
std::string earlier(const std::string& value, int64_t minutes);

}  // namespace lotse::connect::detail
