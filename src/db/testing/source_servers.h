#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lotse::db {

/// A database server of the test's own on a port of 127.0.0.1, with a password, in a temporary folder: a source that somebody
/// else runs. Both refuse to run as root: then they run as the user that Debian made for them.
class SourceServer {
 public:
  static std::unique_ptr<SourceServer> postgresql() {
    namespace fs = std::filesystem;
    fs::path bin;
    if (const fs::path versions = "/usr/lib/postgresql"; fs::exists(versions))
      for (const auto& v : fs::directory_iterator(versions))
        if (fs::exists(v.path() / "bin/initdb")) bin = v.path() / "bin";
    if (bin.empty()) return nullptr;
    auto server = make("postgres");
    if (!server) return nullptr;
    const fs::path data = server->folder_ / "data", secret = server->folder_ / "secret";
    std::ofstream(secret) << "geheim";
    if (::geteuid() == 0 && ::chown(secret.c_str(), server->uid_, server->gid_) != 0) return nullptr;
    if (!server->run({bin / "initdb", "--no-sync", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale=C", "-U", "lotse", "-D", data})) return nullptr;
    server->command_ = {bin / "postgres", "-D", data, "-k", server->folder_, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + std::to_string(server->port_), "-c", "fsync=off"};
    server->client_ = {bin / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "host=127.0.0.1 port=" + std::to_string(server->port_) + " user=lotse password=geheim dbname=postgres", "-c"};
    return server->begin() ? std::move(server) : nullptr;
  }
  static std::unique_ptr<SourceServer> mariadb() {
    namespace fs = std::filesystem;
    if (!fs::exists("/usr/sbin/mariadbd") || !fs::exists("/usr/bin/mariadb-install-db") || !fs::exists("/usr/bin/mariadb")) return nullptr;
    auto server = make("mysql");
    if (!server) return nullptr;
    const std::string data = "--datadir=" + (server->folder_ / "data").string(), socket = (server->folder_ / "s").string();
    if (!server->run({"/usr/bin/mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"})) return nullptr;
    server->command_ = {"/usr/sbin/mariadbd", "--no-defaults", data, "--socket=" + socket, "--bind-address=127.0.0.1", "--port=" + std::to_string(server->port_),
                        "--innodb-flush-log-at-trx-commit=2", "--skip-log-bin", "--pid-file=" + (server->folder_ / "pid").string()};
    server->client_ = {"/usr/bin/mariadb", "--no-defaults", "-uroot", "--socket=" + socket, "-e"};
    if (!server->begin()) return nullptr;
    return server->sql("CREATE DATABASE shop; CREATE USER lotse@'127.0.0.1' IDENTIFIED BY 'geheim'; GRANT SELECT ON shop.* TO lotse@'127.0.0.1'") ? std::move(server) : nullptr;
  }
  ~SourceServer() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  int port() const { return port_; }
  bool sql(const std::string& text) const {
    auto command = client_;
    command.push_back(text);
    return run(command);
  }
  /// At once, in the middle of whatever it does.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  bool begin() {
    std::error_code ignored;
    std::filesystem::remove(folder_ / "data/postmaster.pid", ignored);
    pid_ = spawn(command_);
    for (int i = 0; i < 400; ++i) {
      if (sql("SELECT 1")) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

 private:
  static std::unique_ptr<SourceServer> make(const char* user) {
    auto server = std::unique_ptr<SourceServer>(new SourceServer);
    std::string pattern = (std::filesystem::temp_directory_path() / "lotse-src-XXXXXX").string();
    server->folder_ = ::mkdtemp(pattern.data());
    if (::geteuid() == 0) {
      const passwd* who = ::getpwnam(user);
      if (!who || ::chown(server->folder_.c_str(), who->pw_uid, who->pw_gid) != 0) return nullptr;
      server->uid_ = who->pw_uid;
      server->gid_ = who->pw_gid;
    }
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0)
      server->port_ = ntohs(address.sin_port);
    ::close(probe);
    return server;
  }
  bool run(const std::vector<std::string>& command) const {
    int status = -1;
    ::waitpid(spawn(command), &status, 0);
    return status == 0;
  }
  pid_t spawn(const std::vector<std::string>& command) const {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    if (gid_ != 0 && (::setgid(gid_) != 0 || ::setuid(uid_) != 0)) ::_exit(126);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(nothing, fd);
    std::vector<char*> arguments;
    for (const auto& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  std::filesystem::path folder_;
  std::vector<std::string> command_, client_;
  pid_t pid_ = 0;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  int port_ = 0;
};

}  // namespace lotse::db
