#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "cli/api_client.h"
#include "cli/arguments.h"
#include "cli/commands.h"

namespace lotse::cli {
namespace {
constexpr const char* user_help =
    "lotse user list --data DIR [--json]\n"
    "lotse user add EMAIL --name NAME --data DIR [--workspace SLUG --role reader|analyst|editor|administrator] [--operator]\n"
    "lotse user passwd EMAIL --data DIR\n\n"
    "`add` prints a password that must be changed at the first sign-in. `passwd` reads a new one from the terminal or the\n"
    "pipe; an empty line lets Lotse make one. Operators may make and delete workspaces. Works while the server runs, too.\n";
constexpr const char* workspace_help =
    "lotse workspace list --data DIR [--json]\n"
    "lotse workspace add NAME --data DIR [--slug SLUG] [--time-zone Europe/Berlin] [--language de] [--administrator EMAIL]\n\n"
    "Works while the server runs, too.\n";

Result<std::unique_ptr<ApiClient>> open(const Arguments& arguments) { return ApiClient::open(TRY(arguments.required("data"))); }

Result<std::string> word_at(const Arguments& arguments, size_t at, const char* what) {
  if (arguments.rest().size() <= at) return Error::invalid("option_missing", "", what);
  return arguments.rest()[at];
}

/// A line from standard input, not shown while it is typed.
std::string hidden_line() {
  termios before{};
  const bool terminal = ::isatty(STDIN_FILENO) && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    fmt::print(stderr, "New password (empty: Lotse makes one): ");
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fmt::print(stderr, "\n");
  }
  return line;
}

void print_password(const nlohmann::json& answer) {
  fmt::print("{}\n{}\n", answer["email"].get<std::string>(), answer["password"].get<std::string>());
}

Result<void> user(const Arguments& arguments) {
  const std::string what = TRY(word_at(arguments, 0, "list, add or passwd"));
  const auto api = TRY(open(arguments));
  if (what == "list") {
    const auto users = TRY(api->ask(http::Method::get, "/server/users"))["items"];
    if (arguments.flag("json")) {
      fmt::print("{}\n", users.dump(2));
      return {};
    }
    for (const auto& u : users)
      fmt::print("{:<32} {:<24} {:<10} {}\n", u["email"].get<std::string>(), u["name"].get<std::string>(), u["operator_of_server"].get<bool>() ? "operator" : "",
                 u.value("last_seen", "never seen"));
    return {};
  }
  if (what != "add" && what != "passwd") return Error::invalid("unknown_option", "", what + ": list, add or passwd is wanted");
  const std::string email = TRY(word_at(arguments, 1, "EMAIL"));
  if (what == "add") {
    nlohmann::json request = {{"email", email}, {"name", TRY(arguments.required("name"))}, {"operator_of_server", arguments.flag("operator")}};
    if (const auto slug = arguments.option("workspace")) {
      request["workspace"] = *slug;
      request["role"] = arguments.option("role").value_or("reader");
    }
    print_password(TRY(api->ask(http::Method::post, "/server/users", request)));
    return {};
  }
  nlohmann::json request = {{"email", email}};
  const std::string line = hidden_line();
  if (!line.empty()) request["password"] = line;
  const auto answer = TRY(api->ask(http::Method::post, "/server/password", request));
  if (line.empty()) print_password(answer);
  return {};
}

Result<void> workspace(const Arguments& arguments) {
  const std::string what = TRY(word_at(arguments, 0, "list or add"));
  const auto api = TRY(open(arguments));
  if (what == "list") {
    const auto list = TRY(api->ask(http::Method::get, "/server/workspaces"))["items"];
    if (arguments.flag("json")) {
      fmt::print("{}\n", list.dump(2));
      return {};
    }
    for (const auto& w : list)
      fmt::print("{:<24} {:<32} {}\n", w["slug"].get<std::string>(), w["name"].get<std::string>(), w["time_zone"].get<std::string>());
    return {};
  }
  if (what != "add") return Error::invalid("unknown_option", "", what + ": list or add is wanted");
  nlohmann::json request = {{"name", TRY(word_at(arguments, 1, "NAME"))},
                            {"time_zone", arguments.option("time-zone").value_or("Europe/Berlin")},
                            {"language", arguments.option("language").value_or("de")}};
  for (const char* name : {"slug", "administrator"})
    if (const auto value = arguments.option(name)) request[name] = *value;
  fmt::print("{}\n", TRY(api->ask(http::Method::post, "/server/workspaces", request))["slug"].get<std::string>());
  return {};
}

int run(const char* name, const char* help, const Result<Arguments>& arguments, Result<void> (*work)(const Arguments&)) {
  if (!arguments) return fail(name, arguments.error());
  if (arguments->flag("help") || arguments->rest().empty()) {
    fmt::print("{}", help);
    return arguments->flag("help") ? 0 : 2;
  }
  const auto done = work(*arguments);
  return done ? 0 : fail(name, done.error());
}
}  // namespace

int user_command(const std::vector<std::string>& words) {
  return run("user", user_help, Arguments::read(words, {"data", "name", "workspace", "role"}, {"json", "operator", "help"}), user);
}
int workspace_command(const std::vector<std::string>& words) {
  return run("workspace", workspace_help, Arguments::read(words, {"data", "slug", "time-zone", "language", "administrator"}, {"json", "help"}), workspace);
}

}  // namespace lotse::cli
