#pragma once
#include <filesystem>

#include "http/request.h"

namespace lotse::http {

/// The web client's files. Unknown addresses without an extension get index.html: the client routes them itself.
class StaticFiles {
 public:
  /// An empty path: there is no client, and every address says so.
  explicit StaticFiles(std::filesystem::path root) : root_(std::move(root)) {}
  Response serve(const Request& request) const;

 private:
  std::filesystem::path root_;
};

}  // namespace lotse::http
