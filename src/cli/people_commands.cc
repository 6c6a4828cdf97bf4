#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/composition.h"

namespace lotse::cli {
namespace {
constexpr const char* user_help =
    "lotse user list --data DIR [--json]\n"
    "lotse user add EMAIL --name NAME --data DIR [--workspace SLUG --role reader|analyst|editor|administrator] [--operator]\n"
    "lotse user passwd EMAIL --data DIR\n\n"
    "`add` prints a password that must be changed at the first sign-in. `passwd` reads a new one from the terminal or the\n"
    "pipe; an empty line lets Lotse make one. Operators may make and delete workspaces. The server must not be running.\n";
constexpr const char* workspace_help =
    "lotse workspace list --data DIR [--json]\n"
    "lotse workspace add NAME --data DIR [--slug SLUG] [--time-zone Europe/Berlin] [--language de] [--administrator EMAIL]\n\n"
    "The server must not be running: while it runs, workspaces are made in the browser.\n";

Result<std::unique_ptr<Composition>> open(const Arguments& arguments) {
  return Composition::open(TRY(DataFolder::lock(TRY(arguments.required("data")))));
}

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

Result<void> user(const Arguments& arguments) {
  const std::string what = TRY(word_at(arguments, 0, "list, add or passwd"));
  const auto parts = TRY(open(arguments));
  if (what == "list") {
    const auto users = TRY(parts->owner.users());
    if (arguments.flag("json")) {
      fmt::print("{}\n", to_json(users).dump(2));
      return {};
    }
    for (const auto& u : users) fmt::print("{:<32} {:<24} {:<10} {}\n", u.email, u.name, u.operator_of_server ? "operator" : "", u.last_seen.value_or("never seen"));
    return {};
  }
  const std::string email = TRY(word_at(arguments, 1, "EMAIL"));
  if (what == "add") {
    std::optional<Role> role;
    std::optional<Viewer> viewer;
    if (const auto slug = arguments.option("workspace")) {
      viewer = TRY(parts->owner.viewer(*slug));
      role = from_word<Role>(arguments.option("role").value_or("reader"));
      if (!role) return Error::invalid("not_a_choice", "/role", "reader, analyst, editor or administrator");
    }
    const auto made = TRY(parts->owner.add_user(email, TRY(arguments.required("name")), arguments.flag("operator"), std::nullopt));
    if (viewer) TRY(parts->owner.set_member(viewer->workspace(), made.email, *role));
    fmt::print("{}\n{}\n", made.email, made.password);
    return {};
  }
  if (what == "passwd") {
    const std::string line = hidden_line();
    const auto made = TRY(parts->owner.set_password(email, line.empty() ? std::nullopt : std::optional(line)));
    if (line.empty()) fmt::print("{}\n{}\n", made.email, made.password);
    return {};
  }
  return Error::invalid("unknown_option", "", what + ": list, add or passwd is wanted");
}

Result<void> workspace(const Arguments& arguments) {
  const std::string what = TRY(word_at(arguments, 0, "list or add"));
  const auto parts = TRY(open(arguments));
  if (what == "list") {
    const auto all = TRY(parts->workspaces.all());
    nlohmann::json list = nlohmann::json::array();
    for (const auto& w : all) {
      list.push_back({{"id", w.id.value}, {"slug", w.slug}, {"name", w.name}, {"time_zone", w.time_zone}, {"language", w.language}, {"is_demo", w.is_demo}});
      if (!arguments.flag("json")) fmt::print("{:<24} {:<32} {}\n", w.slug, w.name, w.time_zone);
    }
    if (arguments.flag("json")) fmt::print("{}\n", list.dump(2));
    return {};
  }
  if (what != "add") return Error::invalid("unknown_option", "", what + ": list or add is wanted");
  const auto email = arguments.option("administrator");
  const auto administrator = TRY(email ? parts->owner.caller(*email) : parts->owner.any_operator());
  const auto made = TRY(parts->owner.make_workspace({.slug = arguments.option("slug").value_or(""),
                                                     .name = TRY(word_at(arguments, 1, "NAME")),
                                                     .time_zone = arguments.option("time-zone").value_or("Europe/Berlin"),
                                                     .language = arguments.option("language").value_or("de")},
                                                    administrator.user));
  fmt::print("{}\n", made.slug);
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
