#pragma once
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

/// For tests: a PostgreSQL of their own on a Unix socket in a temporary folder, ended by its process id.
namespace lotse::db {

class TestPostgres {
 public:
  /// None where no PostgreSQL is installed: the test skips with a message.
  static std::unique_ptr<TestPostgres> start() {
    const std::filesystem::path bin = "/usr/lib/postgresql/15/bin";
    if (!std::filesystem::exists(bin / "postgres")) return nullptr;
    auto made = std::make_unique<TestPostgres>();
    char folder[] = "/tmp/lotse-pg-XXXXXX";
    if (!mkdtemp(folder)) return nullptr;
    made->folder_ = folder;
    if (geteuid() == 0) {  // PostgreSQL refuses to run as root
      const passwd* user = getpwnam("postgres");
      if (!user) user = getpwnam("nobody");
      made->uid_ = user->pw_uid;
      made->gid_ = user->pw_gid;
      if (chown(folder, user->pw_uid, user->pw_gid) != 0) return nullptr;
    }
    const std::string data = made->folder_ / "data";
    const pid_t init = made->spawn({bin / "initdb", "--no-sync", "-U", "lotse", "-A", "trust", "-D", data});
    int status = 0;
    if (waitpid(init, &status, 0) != init || status != 0) return nullptr;
    made->pid_ = made->spawn({bin / "postgres", "-D", data, "-k", made->folder_, "-c", "listen_addresses=", "-F"});
    for (int tries = 0; tries < 200; ++tries) {
      if (std::filesystem::exists(made->folder_ / ".s.PGSQL.5432")) return made;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return nullptr;
  }
  ~TestPostgres() {
    if (pid_ > 0) {
      kill(pid_, SIGQUIT);
      waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  std::string connection() const { return "host=" + folder_.string() + " user=lotse dbname=postgres"; }

 private:
  pid_t spawn(std::vector<std::string> words) {
    const pid_t child = fork();
    if (child != 0) return child;
    if (uid_ != 0 && (setgid(gid_) != 0 || setuid(uid_) != 0)) _exit(1);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0), dup2(null, 1), dup2(null, 2);
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(1);
  }
  std::filesystem::path folder_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  pid_t pid_ = -1;
};

}  // namespace lotse::db
