#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

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
      return c.run(std::vector<std::string>(words + 2, words + count));
    } catch (const std::exception& defect) {
      fmt::print(stderr, "lotse {}: a defect in lotse itself: {}. Please report it.\n", name, defect.what());
      return 70;
    }
  }
  if (!name.empty()) fmt::print(stderr, "lotse: there is no command \"{}\".\n\n", name);
  usage(stderr);
  return 2;
}
