#include "cli/api_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <fstream>

#include "cli/composition.h"
#include "cli/upkeep.h"
#include "http/event_hub.h"
#include "http/openapi.h"
#include "http/router.h"
#include "http/routes.h"
#include "http/target.h"

namespace lotse::cli {
namespace {
namespace fs = std::filesystem;

/// The server's socket. One connection a request: commands ask few things.
class SocketClient : public ApiClient {
 public:
  explicit SocketClient(fs::path socket) : socket_(std::move(socket)) {}

  bool reachable() const {
    const int connection = connect();
    if (connection >= 0) ::close(connection);
    return connection >= 0;
  }

 protected:
  Result<Answer> send(http::Method method, const std::string& path, uint64_t size, const std::string& type, const Piece& piece) override {
    struct Closing {
      int file;
      ~Closing() {
        if (file >= 0) ::close(file);
      }
    } connection{connect()};
    if (connection.file < 0) return Error::make(ErrorKind::unavailable, "server_unreachable", socket_.string());
    std::string head = std::string(http::method_name(method)) + " /api/v1" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    if (!type.empty()) head += "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(size) + "\r\n";
    // A server that refuses early closes before it has read all: then its answer is there to be read.
    bool open = write(connection.file, head + "\r\n");
    for (std::string next = TRY(piece()); open && !next.empty(); next = TRY(piece())) open = write(connection.file, next);
    std::string text;
    std::array<char, 65536> buffer;
    for (ssize_t got; (got = ::recv(connection.file, buffer.data(), buffer.size(), 0)) > 0;) text.append(buffer.data(), size_t(got));
    const auto end = text.find("\r\n\r\n");
    Answer answer;
    if (end == std::string::npos || std::from_chars(text.data() + 9, text.data() + 12, answer.status).ec != std::errc{})
      return Error::make(ErrorKind::unavailable, "server_unreachable", "the server ended the connection");
    answer.body = text.substr(end + 4);
    return answer;
  }

 private:
  int connect() const {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    const std::string path = socket_.string();
    if (path.size() >= sizeof where.sun_path) return -1;
    std::memcpy(where.sun_path, path.c_str(), path.size() + 1);
    const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection >= 0 && ::connect(connection, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) return connection;
    if (connection >= 0) ::close(connection);
    return -1;
  }
  static bool write(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(size_t(sent));
    }
    return true;
  }
  const fs::path socket_;
};

/// The same routes without a socket.
class InProcessClient : public ApiClient {
 public:
  explicit InProcessClient(std::unique_ptr<Composition> parts)
      : parts_(std::move(parts)), upkeep_(*parts_), router_(services_of(*parts_, hub_, upkeep_), http::StaticFiles(""), http::all_routes()) {}

 protected:
  Result<Answer> send(http::Method method, const std::string& path, uint64_t size, const std::string& type, const Piece& piece) override {
    class Reader : public http::BodyReader {
     public:
      explicit Reader(const Piece& p) : piece_(p) {}
      Result<size_t> read(std::span<char> into) override {
        if (at_ == waiting_.size()) {
          waiting_ = TRY(piece_());
          at_ = 0;
        }
        const size_t n = waiting_.copy(into.data(), into.size(), at_);
        at_ += n;
        return n;
      }

     private:
      const Piece& piece_;
      std::string waiting_;
      size_t at_ = 0;
    } reader(piece);
    http::Request request;
    request.method = method;
    if (!http::read_target("/api/v1" + path, request)) return Error::invalid("malformed_request", "", path);
    request.local = true;
    request.address = "local";
    request.headers["content-type"] = type;
    request.body_size = size;
    if (router_.plan(request).stream)
      request.stream = &reader;
    else
      request.body = TRY(piece());
    const auto response = router_.handle(request);
    return Answer{response.status, response.body};
  }

 private:
  std::unique_ptr<Composition> parts_;
  http::EventHub hub_;
  FolderUpkeep upkeep_;
  http::Router router_;
};
}  // namespace

Result<std::unique_ptr<ApiClient>> ApiClient::open(const fs::path& data_folder) {
  if (DataFolder::in_use(data_folder)) {
    auto client = std::make_unique<SocketClient>(DataFolder::socket_of(data_folder));
    if (!client->reachable()) return Error::make(ErrorKind::unavailable, "data_folder_in_use", data_folder.string());
    return Result<std::unique_ptr<ApiClient>>(std::move(client));
  }
  if (!fs::exists(data_folder / "lotse.db")) return Error::make(ErrorKind::not_found, "no_data_folder", data_folder.string());
  auto parts = TRY(Composition::open(TRY(DataFolder::lock(data_folder))));
  TRY(parts->begin());
  return Result<std::unique_ptr<ApiClient>>(std::make_unique<InProcessClient>(std::move(parts)));
}

Result<nlohmann::json> ApiClient::read(const Answer& answer) {
  auto json = nlohmann::json::parse(answer.body.empty() ? "null" : answer.body, nullptr, false);
  if (answer.status < 400) return json;
  static constexpr std::array<std::pair<int, ErrorKind>, 11> kinds{{{401, ErrorKind::unauthenticated}, {403, ErrorKind::forbidden}, {404, ErrorKind::not_found},
                                                                    {409, ErrorKind::conflict}, {412, ErrorKind::stale}, {413, ErrorKind::too_large},
                                                                    {422, ErrorKind::invalid}, {429, ErrorKind::limited}, {499, ErrorKind::cancelled},
                                                                    {503, ErrorKind::unavailable}, {500, ErrorKind::internal}}};
  Error error = Error::make(ErrorKind::internal, json.is_object() ? json.value("code", "internal") : "internal");
  for (const auto& [status, kind] : kinds)
    if (status == answer.status) error.kind = kind;
  if (json.is_object()) {
    error.detail = json.value("detail", json.value("incident", ""));
    for (const auto& e : json.value("errors", nlohmann::json::array())) error.more.push_back({e.value("field", ""), e.value("code", ""), e.value("text", "")});
  }
  return error;
}

Result<nlohmann::json> ApiClient::ask(http::Method method, const std::string& path, const nlohmann::json& body) {
  std::string text = body.is_null() ? "" : body.dump();
  const uint64_t size = text.size();
  return read(TRY(send(method, path, size, body.is_null() ? "" : "application/json", [&]() -> Result<std::string> { return std::exchange(text, {}); })));
}

Result<nlohmann::json> ApiClient::upload(const std::string& path, const fs::path& file, const std::function<void(double)>& progress) {
  std::error_code failed;
  const uint64_t size = fs::file_size(file, failed);
  std::ifstream in(file, std::ios::binary);
  if (failed || !in) return Error::make(ErrorKind::not_found, "file_not_readable", file.string() + (failed ? ": " + failed.message() : ""));
  uint64_t sent = 0;
  std::string piece(1 << 20, '\0');
  return read(TRY(send(http::Method::post, path, size, "application/octet-stream", [&]() -> Result<std::string> {
    in.read(piece.data(), std::streamsize(piece.size()));
    const auto got = size_t(in.gcount());
    sent += got;
    progress(size == 0 ? 1 : double(sent) / double(size));
    return piece.substr(0, got);
  })));
}

std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_') {
      out += c;
      continue;
    }
    out += '%';
    for (const int shift : {4, 0}) out += "0123456789ABCDEF"[(static_cast<unsigned char>(c) >> shift) & 15];
  }
  return out;
}

}  // namespace lotse::cli
