#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/api_client.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/composition.h"
#include "cli/data_folder.h"
#include "cli/upkeep.h"

namespace lotse::cli {
namespace {
namespace fs = std::filesystem;
constexpr const char* backup_help =
    "lotse backup TARGET --data DIR\n\n"
    "Copies everything into the new folder TARGET, consistently, while the server runs or not. It holds personal data and\n"
    "the key to it: keep it as carefully as the server.\n";
constexpr const char* restore_help =
    "lotse restore BACKUP --data DIR [--erased-from FOLDER]\n\n"
    "Makes the new data folder DIR of a backup. DIR must not exist or be empty.\n"
    "--erased-from FOLDER  the data folder that was in use last: customers that were erased since the backup was made are\n"
    "                      erased again. Without it they are back.\n";
constexpr const char* check_help =
    "lotse check --data DIR [--json]\n\n"
    "Reads the whole data folder and says what is damaged. Exit code 0: all is well; 70: something is damaged.\n";

Result<std::string> only_word(const Arguments& arguments, const char* what) {
  if (arguments.rest().size() != 1) return Error::invalid("option_missing", "", what);
  return arguments.rest()[0];
}

Result<int> backup(const Arguments& arguments) {
  const fs::path target = without_end_slash(TRY(only_word(arguments, "TARGET")));
  const auto api = TRY(ApiClient::open(TRY(arguments.required("data"))));
  TRY(api->ask(http::Method::post, "/server/backup", {{"target", target.string()}}));
  return 0;
}

Result<int> restore(const Arguments& arguments) {
  const fs::path from = TRY(only_word(arguments, "BACKUP")), data = without_end_slash(TRY(arguments.required("data")));
  ::umask(0077);
  std::error_code failed;
  if (!fs::exists(from / "backup.json")) return Error::make(ErrorKind::not_found, "no_backup", from.string());
  if (fs::exists(data) && !(fs::is_directory(data) && fs::is_empty(data))) return Error::make(ErrorKind::conflict, "target_exists", data.string());
  const fs::path half = data.string() + ".half";  // becomes the data folder only when it is whole
  Unfinished unfinished(half);
  fs::remove_all(half, failed);
  fs::create_directories(half.parent_path(), failed);
  fs::copy(from, half, fs::copy_options::recursive, failed);
  if (!failed) fs::permissions(half, fs::perms::owner_all, failed);
  if (!failed) fs::remove(data, failed);
  if (!failed) fs::rename(half, data, failed);
  if (failed) return Error::make(ErrorKind::unavailable, failed == std::errc::no_space_on_device ? "disk_full" : "target_not_writable", data.string() + ": " + failed.message());
  unfinished.keep();
  if (const auto last = arguments.option("erased-from")) {
    if (!fs::exists(fs::path(*last) / "vault.db")) return Error::make(ErrorKind::not_found, "no_data_folder", *last);
    const auto parts = TRY(Composition::open(TRY(DataFolder::lock(data))));
    TRY(parts->begin());
    for (const auto& [workspace, identities] : TRY(parts->vault->adopt_tombstones(fs::path(*last) / "vault.db"))) {
      TRY(parts->privacy_requests.erase_again(workspace, identities, {}));
      fmt::print(stderr, "workspace {}: {} identifiers that were erased since are erased again\n", workspace.value, identities.size());
    }
  }
  return 0;
}

Result<int> check(const Arguments& arguments) {
  TRY(arguments.no_rest());
  const auto api = TRY(ApiClient::open(TRY(arguments.required("data"))));
  const auto answer = TRY(api->ask(http::Method::post, "/server/check"));
  if (arguments.flag("json")) {
    fmt::print("{}\n", answer.dump(2));
  } else {
    for (const auto& line : answer["defects"]) fmt::print("{}\n", line.get<std::string>());
    if (answer["defects"].empty()) fmt::print("ok\n");
    else fmt::print(stderr, "lotse check: stop the server and restore the last backup (lotse restore BACKUP --data NEW-DIR).\n");
  }
  return answer["defects"].empty() ? 0 : 70;
}

int run(const char* name, const char* help, const std::vector<std::string>& words, Result<int> (*work)(const Arguments&)) {
  const auto arguments = Arguments::read(words, {"data", "erased-from"}, {"json", "help"});
  if (!arguments) return fail(name, arguments.error());
  if (arguments->flag("help")) {
    fmt::print("{}", help);
    return 0;
  }
  const auto done = work(*arguments);
  return done ? *done : fail(name, done.error());
}
}  // namespace

int backup_command(const std::vector<std::string>& words) { return run("backup", backup_help, words, backup); }
int restore_command(const std::vector<std::string>& words) { return run("restore", restore_help, words, restore); }
int check_command(const std::vector<std::string>& words) { return run("check", check_help, words, check); }

}  // namespace lotse::cli
