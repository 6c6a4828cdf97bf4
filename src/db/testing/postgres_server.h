#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lotse::db {

/// A PostgreSQL server of the test's own: a new cluster in a temporary folder, reached by a socket there, without
/// syncing. PostgreSQL refuses to run as root: then it runs as the user "postgres".
class PostgresServer {
 public:
  static std::unique_ptr<PostgresServer> start() {
    namespace fs = std::filesystem;
    fs::path bin;
    if (const fs::path versions = "/usr/lib/postgresql"; fs::exists(versions))
      for (const auto& v : fs::directory_iterator(versions))
        if (fs::exists(v.path() / "bin/initdb")) bin = v.path() / "bin";
    if (bin.empty()) return nullptr;
    auto server = std::unique_ptr<PostgresServer>(new PostgresServer);
    std::string pattern = (fs::temp_directory_path() / "lotse-pg-XXXXXX").string();
    server->folder_ = ::mkdtemp(pattern.data());
    if (::geteuid() == 0) {
      const passwd* user = ::getpwnam("postgres");
      if (!user) return nullptr;
      server->uid_ = user->pw_uid;
      server->gid_ = user->pw_gid;
      if (::chown(server->folder_.c_str(), server->uid_, server->gid_) != 0) return nullptr;
    }
    const std::string data = server->folder_ / "data";
    const pid_t made = server->spawn({bin / "initdb", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", "lotse", "-D", data});
    int status = -1;
    ::waitpid(made, &status, 0);
    if (status != 0) return nullptr;
    server->pid_ = server->spawn({bin / "postgres", "-D", data, "-k", server->folder_, "-c", "listen_addresses=", "-c", "fsync=off"});
    for (int i = 0; i < 200 && !fs::exists(server->folder_ / ".s.PGSQL.5432"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    server->psql_ = bin / "psql";
    for (int i = 0; i < 100 && !server->sql("SELECT 1"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return server;
  }
  ~PostgresServer() {
    if (pid_ > 0) {
      ::kill(pid_, SIGQUIT);
      ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  /// libpq's text for a new, empty database.
  std::string fresh_database() {
    const std::string name = "t" + std::to_string(++databases_);
    EXPECT_TRUE(sql("CREATE DATABASE " + name));
    return "host=" + folder_.string() + " user=lotse dbname=" + name;
  }

 private:
  bool sql(const std::string& text) {
    int status = -1;
    ::waitpid(spawn({psql_, "-q", "-h", folder_, "-U", "lotse", "-d", "postgres", "-c", text}), &status, 0);
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
  std::filesystem::path folder_, psql_;
  pid_t pid_ = 0;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  int databases_ = 0;
};

/// One server for the test program; none where PostgreSQL is not installed.
inline PostgresServer* testing_postgres() {
  static const std::unique_ptr<PostgresServer> server = PostgresServer::start();
  return server.get();
}

}  // namespace lotse::db
