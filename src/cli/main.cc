#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/mine.h"

namespace {

/// A command gets its arguments without its own name and gives the exit code.
struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>& arguments);
  const char* what;
};

constexpr Command commands[] = {
    {"serve", lotse::cli::serve_command, "serve a data folder to browsers"},
    {"demo", lotse::cli::demo_command, "make the demo workspace, or only its files"},
    {"import", lotse::cli::import_command, "import a log file into a workspace"},
    {"export", lotse::cli::export_command, "write a workspace's log into a file"},
    {"mine", lotse::cli::mine_command, "analyse a log file without a server"},
    {"user", lotse::cli::user_command, "people: list, add, passwd"},
    {"workspace", lotse::cli::workspace_command, "workspaces: list, add"},
    {"backup", lotse::cli::backup_command, "copy a data folder consistently, while it is served or not"},
    {"restore", lotse::cli::restore_command, "make a data folder of a backup"},
    {"check", lotse::cli::check_command, "read a data folder and tell what is damaged"},
    {"openapi", lotse::cli::openapi_command, "print the API's description"},
};

void usage(std::FILE* to) {
  fmt::print(to, "lotse COMMAND [options]\n\n");
  for (const Command& c : commands) fmt::print(to, "  {:<10} {}\n", c.name, c.what);
  fmt::print(to, "\nlotse COMMAND --help tells more.\n");
}

int output_lost(const std::string& command) {
  return lotse::cli::fail(command, lotse::Error::make(lotse::ErrorKind::unavailable, "output_not_written"));
}

}  // namespace

int main(int count, char** words) {
  const std::string name = count > 1 ? words[1] : "";
  if (name == "--help" || name == "-h" || name == "help") {
    usage(stdout);
    return 0;
  }
  for (const Command& c : commands) {
    if (name != c.name) continue;
    try {
      const int code = c.run(std::vector<std::string>(words + 2, words + count));
      // A full disk or a closed output shows only here; half an answer must not look like a whole one.
      if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
      return code != 0 ? code : output_lost(name);
    } catch (const std::exception& defect) {
      if (std::ferror(stdout)) return output_lost(name);
      fmt::print(stderr, "lotse {}: a defect in lotse itself: {}. Please report it.\n", name, defect.what());
      return 70;
    }
  }
  if (!name.empty()) fmt::print(stderr, "lotse: there is no command \"{}\".\n\n", name);
  usage(stderr);
  return 2;
}
