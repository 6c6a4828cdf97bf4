#include "http/static_files.h"

#include <sys/stat.h>

#include <array>
#include <fstream>
#include <iterator>

#include "http/compress.h"

namespace lotse::http {
namespace {
namespace fs = std::filesystem;

std::string_view type_of(const fs::path& file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> types{{
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"}, {".json", "application/json"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
      {".jpg", "image/jpeg"}, {".ico", "image/x-icon"}, {".woff2", "font/woff2"}, {".woff", "font/woff"}, {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"}, {".webmanifest", "application/manifest+json"}, {".map", "application/json"}}};
  const std::string extension = file.extension().string();
  for (const auto& [ending, type] : types)
    if (ending == extension) return type;
  return "application/octet-stream";
}

std::optional<struct stat> regular_file(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return info;
}

bool plain_path(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.find('\\') != std::string_view::npos || path.find('\0') != std::string_view::npos) return false;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at + 1), path.size());
    if (path.substr(at, end - at).starts_with("/.")) return false;  // "..", "." and hidden files
    at = end;
  }
  return true;
}
}  // namespace

Response StaticFiles::serve(const Request& request) const {
  if (request.method != Method::get) return Response{.status = 405, .content_type = "text/plain; charset=utf-8", .body = "GET\n", .headers = {{"Allow", "GET, HEAD"}}};
  const auto missing = [](std::string text) { return Response{.status = 404, .content_type = "text/plain; charset=utf-8", .body = std::move(text)}; };
  if (root_.empty()) return missing("This server runs without the web client. Start it with --web DIR; its API is at /api/v1.\n");
  if (!plain_path(request.path)) return missing("There is no such page.\n");
  fs::path file = root_ / request.path.substr(1);
  auto info = regular_file(file);
  if (!info && !fs::path(request.path).has_extension()) {
    file = root_ / "index.html";
    info = regular_file(file);
    if (!info) return missing("The web client is not built: tools/build.sh builds it.\n");
  }
  if (!info) return missing("There is no such file.\n");

  Response response{.status = 200, .content_type = std::string(type_of(file))};
  fs::path sent = file;
  for (const auto& [coding, ending] : {std::pair("br", ".br"), std::pair("gzip", ".gz")}) {
    const fs::path packed = file.string() + ending;
    if (!accepts_coding(request.header("accept-encoding"), coding) || !regular_file(packed)) continue;
    sent = packed;
    response.headers.emplace_back("Content-Encoding", coding);
    break;
  }
  const std::string etag = '"' + std::to_string(info->st_size) + "-" + std::to_string(info->st_mtim.tv_sec) + "-" + std::to_string(info->st_mtim.tv_nsec) + '"';
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  // Names under /assets/ hold a hash of their content.
  response.headers.emplace_back("Cache-Control", request.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.header("if-none-match").find(etag) != std::string_view::npos) {
    response.status = 304;
    response.content_type.clear();
    return response;
  }
  std::ifstream in(sent, std::ios::binary);
  response.body.assign(std::istreambuf_iterator<char>(in), {});
  return response;
}

}  // namespace lotse::http
