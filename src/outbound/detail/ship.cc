#include "outbound/detail/ship.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "connect/hook_checks.h"
#include "net/http.h"
#include "outbound/detail/table_file.h"

namespace lotse::outbound::detail {

namespace fs = std::filesystem;

namespace {
Error not_written(const std::error_code& why) {
  return Error::make(ErrorKind::unavailable, why == std::errc::no_space_on_device ? "disk_full" : "folder_not_writable", why.message());
}

Result<void> into_folder(const fs::path& folder, const Parcel& parcel) {
  std::error_code failed;
  const fs::path place = folder / parcel.name, half = folder / ("." + parcel.name + ".tmp");
  if (!fs::is_directory(folder, failed)) return Error::make(ErrorKind::unavailable, "folder_not_writable", folder.string());
  fs::remove(half, failed);
  fs::copy_file(parcel.file, half, fs::copy_options::overwrite_existing, failed);
  if (failed) {
    std::error_code none;
    fs::remove(half, none);
    return not_written(failed);
  }
  // Whoever reads the folder is another user as a rule; the file that was copied is for its owner alone.
  fs::permissions(half, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read, failed);
  TRY(sync_path(half));
  fs::rename(half, place, failed);
  if (failed) return not_written(failed);
  return sync_path(folder);
}

Result<void> taken(const net::HttpAnswer& answer) {
  if (answer.status >= 200 && answer.status <= 299) return {};
  const std::string detail = fmt::format("HTTP {}", answer.status);
  if (answer.status == 401 || answer.status == 403) return Error::invalid("target_unauthorized", "", detail);
  if (answer.status == 408 || answer.status == 429 || answer.status >= 500) {
    const auto wait = answer.header("retry-after");
    const bool seconds = wait && !wait->empty() && std::ranges::all_of(*wait, [](char c) { return c >= '0' && c <= '9'; });
    return Error::make(ErrorKind::unavailable, "target_unavailable", seconds ? detail + ", Retry-After: " + *wait : detail);
  }
  return Error::invalid("target_answered", "", detail);
}

std::string url_of(const DeliveryWhere& where, const std::string& name) {
  std::string url = where.url;
  if (const size_t at = url.find("{file}"); at != std::string::npos) return url.replace(at, 6, name);
  return url.ends_with('/') ? url + name : url;
}
constexpr net::HttpLimits limits{.body_bytes_max = 1 << 20, .redirects_max = 0};
}  // namespace

Result<void> check_free(const DeliveryWhere& where, const std::string& name) {
  std::error_code none;
  const fs::path place = fs::path(where.folder) / name;
  if (where.place == DeliveryPlace::folder && fs::exists(fs::symlink_status(place, none))) return Error::make(ErrorKind::conflict, "delivery_file_exists", place.string());
  return {};
}

Result<void> ship(const DeliveryWhere& where, const std::string& secret, const net::AllowedHosts& allowed, const Parcel& parcel, std::stop_token stop) {
  if (where.place == DeliveryPlace::folder) return into_folder(where.folder, parcel);
  net::HttpRequest request{.method = where.method == DeliveryMethod::put ? "PUT" : "POST", .url = url_of(where, parcel.name)};
  if (where.place == DeliveryPlace::webhook) {
    const std::string stamp = std::to_string(parcel.now.count() / 1'000'000);
    request.method = "POST";
    request.url = where.url;
    request.body = parcel.body;
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", parcel.key},
                       {"webhook-timestamp", stamp},
                       {"webhook-signature", connect::standard_signature(secret, parcel.key, stamp, parcel.body)}};
  } else {
    request.body_file = parcel.file;
    request.headers = {{"Content-Type", parcel.name.ends_with(".csv") ? "text/csv; charset=utf-8" : "application/vnd.apache.parquet"},
                       {"Lotse-File", parcel.name},
                       {"Idempotency-Key", parcel.key}};
    switch (where.sign_in) {
      case DeliverySignIn::none: break;
      case DeliverySignIn::basic: request.headers.emplace_back("Authorization", net::basic_authorization(where.user, secret)); break;
      case DeliverySignIn::bearer: request.headers.emplace_back("Authorization", "Bearer " + secret); break;
      case DeliverySignIn::header: request.headers.emplace_back(where.header_name, secret); break;
    }
  }
  return taken(TRY(net::fetch(request, limits, allowed, stop)));
}

Result<void> check_where(const DeliveryWhere& where) {
  if (where.place == DeliveryPlace::folder) {
    if (where.folder.empty()) return Error::invalid("required", "/where/folder", "a folder of the server");
    return {};
  }
  if (where.url.empty()) return Error::invalid("required", "/where/url", "where to");
  if (where.url.size() > 2000) return Error::invalid("invalid_url", "/where/url", "at most 2,000 bytes");
  if (auto origin = net::origin_of(url_of(where, "file.csv")); !origin) return Error::invalid("invalid_url", "/where/url", origin.error().detail);
  if (where.place == DeliveryPlace::webhook) return {};
  if (where.method == DeliveryMethod::put && url_of(where, "x") == where.url)
    return Error::invalid("invalid_url", "/where/url", "PUT needs {file} in the address, or a / at its end: else each file takes the place of the one before");
  const auto one_line = [](const std::string& text) { return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }); };
  if (where.sign_in == DeliverySignIn::basic && where.user.empty()) return Error::invalid("required", "/where/user", "the name to sign in with");
  if (!one_line(where.user)) return Error::invalid("invalid_text", "/where/user", "one line");
  if (where.sign_in == DeliverySignIn::header) {
    const bool token = !where.header_name.empty() && where.header_name.size() <= 100 &&
                       std::ranges::all_of(where.header_name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; });
    if (!token) return Error::invalid("invalid_text", "/where/header_name", "letters, digits and -");
  }
  return {};
}

}  // namespace lotse::outbound::detail
