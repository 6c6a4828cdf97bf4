#include <fmt/format.h>

#include <thread>

#include "cli/api_client.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/progress_line.h"

namespace lotse::cli {
namespace {
using json = nlohmann::json;
namespace fs = std::filesystem;
constexpr const char* export_help =
    "lotse export FILE --data DIR --workspace SLUG [--format csv|parquet|xes|ocel_json] [--source NAME] [--from DATE] [--to DATE]\n"
    "             [--originals] [--json]\n\n"
    "Writes a workspace's log into FILE, which must not exist. The format follows the file's ending (.csv, .parquet, .xes, .jsonocel)\n"
    "where --format does not say it. --source takes one source's events, --from and --to a period [from, to) in the workspace's\n"
    "zone. Customers are written by their pseudonyms; with --originals by their identifiers, which is noted in the audit log.\n"
    "Works while the server runs, too. What Lotse wrote it reads again without a question: lotse import.\n"
    "Exit codes: 0 written  2 wrong input  3 not allowed  4 no such workspace or source  5 FILE exists  6 try later  7 cancelled  70 failed\n";

Result<std::string> format_of(const Arguments& arguments, const fs::path& file) {
  if (const auto format = arguments.option("format")) return *format;
  const std::string ending = file.extension().string();
  for (const auto& [known, format] : {std::pair{".csv", "csv"}, {".parquet", "parquet"}, {".xes", "xes"}, {".jsonocel", "ocel_json"}, {".json", "ocel_json"}})
    if (ending == known) return std::string(format);
  return Error::invalid("option_missing", "", "--format");
}

/// Who may read the data folder finds the file there.
Result<void> fetch(const fs::path& data, const std::string& id, const fs::path& to) {
  std::error_code failed;
  for (const auto& workspace : fs::directory_iterator(data / "workspaces", failed)) {
    const fs::path from = workspace.path() / "exports" / id;
    if (!fs::exists(from, failed)) continue;
    fs::copy_file(from, to, failed);
    if (!failed) return {};
    std::error_code none;
    if (failed != std::errc::file_exists) fs::remove(to, none);
    return Error::make(ErrorKind::unavailable, failed == std::errc::no_space_on_device ? "disk_full" : "target_not_writable", to.string() + ": " + failed.message());
  }
  return Error::make(ErrorKind::not_found, "export_not_found", id);
}

Result<void> export_log(const Arguments& arguments) {
  if (arguments.rest().size() != 1) return Error::invalid("option_missing", "", "FILE");
  const fs::path file = arguments.rest()[0];
  if (fs::exists(file)) return Error::make(ErrorKind::conflict, "file_exists", file.string());
  json request = {{"format", TRY(format_of(arguments, file))}, {"originals", arguments.flag("originals")}};
  for (const char* name : {"from", "to"})
    if (const auto value = arguments.option(name)) request[name] = *value;
  const std::string data = TRY(arguments.required("data")), workspace = "/workspaces/" + url_escaped(TRY(arguments.required("workspace")));
  const auto api = TRY(ApiClient::open(data));
  if (const auto name = arguments.option("source")) {
    const auto sources = TRY(api->ask(http::Method::get, workspace + "/sources"));
    for (const auto& source : sources["items"])
      if (source["name"] == *name) request["source"] = source["id"];
    if (!request.contains("source")) return Error::make(ErrorKind::not_found, "source_not_found", *name);
  }
  ProgressLine line(!arguments.flag("json"));
  json made = TRY(api->ask(http::Method::post, workspace + "/exports", request));
  const std::string id = made["id"], path = workspace + "/exports/" + id;
  while (made["state"] == "queued" || made["state"] == "running") {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    made = TRY(api->ask(http::Method::get, path));
    line.show("write", made["progress"]);
  }
  line.clear();
  if (made["state"] == "cancelled") return Error::make(ErrorKind::cancelled, "cancelled");
  if (const std::string code = made.value("error_code", "internal"); made["state"] != "done")
    return Error::make(kind_of_job_error(code), code, made.value("error_detail", ""));
  const auto fetched = fetch(data, id, file);
  (void)api->ask(http::Method::remove, path);
  TRY(fetched);
  if (arguments.flag("json"))
    fmt::print("{}\n", made.dump(2));
  else
    fmt::print("{} events written, {} bytes\n", made["events"].get<uint64_t>(), made["size_bytes"].get<uint64_t>());
  return {};
}
}  // namespace

int export_command(const std::vector<std::string>& words) {
  const auto arguments = Arguments::read(words, {"data", "workspace", "format", "source", "from", "to"}, {"originals", "json", "help"});
  if (arguments && arguments->flag("help")) {
    fmt::print("{}", export_help);
    return 0;
  }
  const auto done = arguments ? export_log(*arguments) : Result<void>(arguments.error());
  if (done) return 0;
  for (const auto& more : done.error().more)
    if (!more.detail.empty()) fmt::print(stderr, "  {}  {}\n", more.field, more.detail);
  return fail("export", done.error());
}

}  // namespace lotse::cli
