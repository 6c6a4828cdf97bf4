#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdio>

#include "base/log.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/composition.h"
#include "cli/first_sign_in.h"
#include "cli/housekeeping.h"
#include "cli/news.h"
#include "cli/upkeep.h"
#include "http/event_hub.h"
#include "http/router.h"
#include "http/routes.h"
#include "http/server.h"

namespace lotse::cli {
namespace {
constexpr const char* serve_help =
    "lotse serve --data DIR [--port 8600] [--bind 127.0.0.1] [--web web/dist] [--allow-hosts HOST,…] [--folders DIR,…]\n\n"
    "Serves the data folder DIR until it gets SIGTERM or Ctrl-C. A new folder gets a first administrator, whose password\n"
    "is printed at each start and kept in DIR/first-sign-in.txt until it is changed.\n"
    "Connectors reach the internet alone; --allow-hosts names hosts in private networks that they may reach, too (*.intern.example\n"
    "for all below). --folders names the folders below which they may watch and deliver files.\n"
    "Behind a proxy on this machine that does TLS, the default --bind is right; see docs/operate.\n";

/// Thousands of idle streams need a descriptor each.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Parts between commas, without blanks around them.
std::vector<std::string> listed(const std::optional<std::string>& text) {
  std::vector<std::string> out;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) out.emplace_back(part);
  }
  return out;
}

Result<uint16_t> port_of(const std::string& text) {
  uint16_t port = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (bad != std::errc{} || end != text.data() + text.size()) return Error::invalid("invalid_port", "", "--port " + text);
  return port;
}

void print_welcome(const std::string& bind, uint16_t port, const std::optional<FirstSignIn>& first) {
  const std::string host = bind == "0.0.0.0" || bind == "::" ? "localhost" : bind;
  fmt::print("\n  Lotse    http://{}:{}/\n", host.find(':') == std::string::npos ? host : "[" + host + "]", port);
  if (first)
    fmt::print("  Sign-in  {}   {}\n           (valid until you change it: avatar, Password)\n", first->email, first->password);
  fmt::print("  Stop     Ctrl-C\n\n");
  std::fflush(stdout);
}

Result<void> serve(const Arguments& arguments) {
  TRY(arguments.no_rest());
  const uint16_t port = TRY(port_of(arguments.option("port").value_or("8600")));
  const std::filesystem::path web = arguments.option("web").value_or(std::filesystem::exists("web/dist/index.html") ? "web/dist" : "");
  if (arguments.option("web") && !std::filesystem::exists(web / "index.html"))
    return Error::invalid("no_web_client", "", (web / "index.html").string());
  // Blocked in every thread, so that only the wait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  connect::ConnectorLimits limits{.allowed_hosts = listed(arguments.option("allow-hosts"))};
  for (const auto& folder : listed(arguments.option("folders"))) {
    std::error_code failed;
    limits.folders.push_back(std::filesystem::canonical(folder, failed));
    if (failed) return Error::invalid("folder_not_found", "", "--folders " + folder + ": " + failed.message());
  }
  auto parts = TRY(Composition::open(TRY(DataFolder::lock(TRY(arguments.required("data")))), std::move(limits)));
  const auto first = TRY(first_sign_in(*parts, "Mein Unternehmen"));
  http::EventHub hub;
  parts->workspaces.on_delete([&hub](const WorkspaceId& workspace) -> Result<void> {
    hub.close(workspace);
    return {};
  });
  const News news(*parts, hub);
  FolderUpkeep upkeep(*parts);
  http::Router router(services_of(*parts, hub, upkeep), http::StaticFiles(web), http::all_routes());
  http::Server::Options options{.bind = arguments.option("bind").value_or("127.0.0.1"), .port = port, .socket = parts->folder.socket()};
  TRY(parts->begin());
  for (const auto& workspace : TRY(parts->workspaces.all())) parts->analysis.warm(workspace.id);
  auto server = TRY(http::Server::start(options, router));
  parts->connectors.begin();
  parts->deliveries.begin();
  const Housekeeping housekeeping(*parts);
  print_welcome(options.bind, server->port(), first);

  int received = 0;
  sigwait(&signals, &received);
  log_info("serve", "ending on {}", received == SIGTERM ? "SIGTERM" : "SIGINT");
  server->stop();     // no more requests, so that services end in peace
  parts->deliveries.end();
  parts->connectors.end();
  parts->jobs.end();  // running jobs stop at their next step
  return {};
}
}  // namespace

int serve_command(const std::vector<std::string>& words) {
  const auto arguments = Arguments::read(words, {"data", "port", "bind", "web", "allow-hosts", "folders"}, {"help"});
  if (arguments && arguments->flag("help")) {
    fmt::print("{}", serve_help);
    return 0;
  }
  const auto done = arguments ? serve(*arguments) : Result<void>(arguments.error());
  return done ? 0 : fail("serve", done.error());
}

}  // namespace lotse::cli
