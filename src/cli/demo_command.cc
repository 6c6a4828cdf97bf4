#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>

#include "base/log.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/composition.h"
#include "cli/demo_load.h"
#include "cli/first_sign_in.h"
#include "demo/generate.h"

namespace lotse::cli {
namespace {
namespace fs = std::filesystem;
constexpr const char* demo_help =
    "lotse demo --data DIR [--seed N]\n"
    "lotse demo --files-only DIR [--seed N]\n\n"
    "Makes the workspace of a fictional provider of energy and fibre with 50,000 customers and a story to find in their\n"
    "journeys. An empty or new data folder appears only when it is complete. --files-only writes the files as six systems\n"
    "would export them, with truth.json, and loads nothing. The same seed gives the same files. The server must not be running.\n";

/// One line on a terminal, nothing in a pipe.
class Line {
 public:
  ~Line() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  void show(double share, std::string_view what) {
    if (!terminal_) return;
    fmt::print(stderr, "\rdemo: {:3.0f} %  {}\033[K", share * 100, what);
    std::fflush(stderr);
    shown_ = true;
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

Result<uint64_t> seed_of(const Arguments& arguments) {
  const auto text = arguments.option("seed");
  if (!text) return demo::default_seed;
  uint64_t seed = 0;
  const auto [end, bad] = std::from_chars(text->data(), text->data() + text->size(), seed);
  if (bad != std::errc{} || end != text->data() + text->size()) return Error::invalid("not_an_integer", "/seed", *text);
  return seed;
}

/// Everything into a data folder that this process holds. Writing the files is a quarter of the work.
Result<void> fill(const fs::path& data, uint64_t seed, Line& line) {
  auto parts = TRY(Composition::open(TRY(DataFolder::lock(data))));
  TRY(first_sign_in(*parts, std::nullopt));
  const auto owner = TRY(parts->owner.any_operator());
  const access::WorkspaceSettings wanted{.slug = std::string(demo::workspace_slug), .name = std::string(demo::workspace_name), .time_zone = "Europe/Berlin", .language = "de", .is_demo = true};
  const auto made = TRY(parts->owner.make_workspace(wanted, owner.user));
  const fs::path files = data / "demo-files";
  const auto work = [&]() -> Result<void> {
    const auto viewer = TRY(parts->owner.viewer(demo::workspace_slug));
    TRY(parts->begin());
    TRY(demo::generate(files, seed));
    const DemoServices services{parts->uploads, parts->imports, parts->touchpoints, parts->segments, parts->analysis, parts->sources, parts->kpis};
    return load_demo(services, viewer, files, [&](double share, std::string_view what) { line.show(0.25 + 0.75 * share, what); });
  };
  line.show(0, demo::workspace_name);
  const auto done = work();
  std::error_code ignored;
  fs::remove_all(files, ignored);
  if (!done) TRY(parts->workspaces.remove(owner, made.id.value));
  return done;
}

Result<void> make(const Arguments& arguments) {
  TRY(arguments.no_rest());
  const uint64_t seed = TRY(seed_of(arguments));
  Line line;
  if (const auto folder = arguments.option("files-only")) {
    line.show(0, *folder);
    uint64_t rows = 0;
    for (const auto& file : TRY(demo::generate(*folder, seed))) rows += file.rows;
    fmt::print("{} rows in {}\n", rows, *folder);
    return {};
  }
  const fs::path data = TRY(arguments.required("data"));
  std::error_code failed;
  if (fs::exists(data) && !fs::is_empty(data, failed)) return fill(data, seed, line);
  // A new folder is filled under another name, so that nobody ever finds half a demo.
  const fs::path partial = (data.has_filename() ? data : data.parent_path()).string() + ".partial";
  fs::remove_all(partial, failed);
  if (auto filled = fill(partial, seed, line); !filled) {
    fs::remove_all(partial, failed);
    return filled;
  }
  fs::remove(data, failed);
  fs::rename(partial, data, failed);
  if (failed) return Error::make(ErrorKind::unavailable, "data_folder_not_writable", data.string() + ": " + failed.message());
  return {};
}
}  // namespace

int demo_command(const std::vector<std::string>& words) {
  const auto arguments = Arguments::read(words, {"data", "seed", "files-only"}, {"help"});
  if (arguments && arguments->flag("help")) {
    fmt::print("{}", demo_help);
    return 0;
  }
  set_log_level(LogLevel::warning);
  const auto done = arguments ? make(*arguments) : Result<void>(arguments.error());
  return done ? 0 : fail("demo", done.error());
}

}  // namespace lotse::cli
