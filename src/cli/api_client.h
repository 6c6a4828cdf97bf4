#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "http/request.h"

namespace lotse::cli {

/// The API of a data folder, as its owner: over the local socket where a server holds the folder, else in this process.
/// A command is written once and works either way.
class ApiClient {
 public:
  /// errors  data_folder_in_use (another command holds it, or a server that does not answer), those of opening it
  static Result<std::unique_ptr<ApiClient>> open(const std::filesystem::path& data_folder);
  virtual ~ApiClient() = default;

  /// `path` below /api/v1. A problem document comes back as its Error.
  Result<nlohmann::json> ask(http::Method method, const std::string& path, const nlohmann::json& body = nullptr);
  /// Sends a file as the body, piece by piece.
  Result<nlohmann::json> upload(const std::string& path, const std::filesystem::path& file, const std::function<void(double share)>& progress);

 protected:
  /// Gives the next piece of a body; empty at its end.
  using Piece = std::function<Result<std::string>()>;
  struct Answer {
    int status = 0;
    std::string body;
  };
  virtual Result<Answer> send(http::Method method, const std::string& path, uint64_t size, const std::string& type, const Piece& piece) = 0;

 private:
  static Result<nlohmann::json> read(const Answer& answer);
};

/// "Müller.csv" → "M%C3%BCller.csv".
std::string url_escaped(std::string_view text);

}  // namespace lotse::cli
