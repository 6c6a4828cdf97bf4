#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "cli/api_client.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/progress_line.h"
#include "connect/file_bytes.h"

namespace lotse::cli {
namespace {
using json = nlohmann::json;
namespace fs = std::filesystem;
constexpr const char* import_help =
    "lotse import FILE --data DIR --workspace SLUG --source NAME [--mapping FILE.json] [--customer-type T] [--key-type T] [--json]\n\n"
    "Imports a file: CSV, TSV, XLSX, JSON (also a line each), Parquet, XES or OCEL 2.0 (JSON, XML, SQLite); also .gz.\n"
    "Of an OCEL log --customer-type names the object type that is the customer, --key-type one that is the instance key.\n"
    "How its columns are read comes from --mapping, else from the source's\n"
    "saved mapping, else from what the file looks like. A mapping is what the API calls SourceMapping:\n"
    "  {\"read\": {\"time_zone\": \"Europe/Berlin\"},\n"
    "   \"columns\": [{\"column\": \"Kundennr\", \"role\": \"customer\"}, {\"column\": \"Was\", \"role\": \"event_type\"},\n"
    "               {\"column\": \"Wann\", \"role\": \"time\"}]}\n"
    "Works while the server runs, too. Importing the same or a grown file again adds only what is new.\n"
    "Exit codes: 0 imported (rejected rows are counted, not an error)  2 wrong input  4 no such workspace  6 try later\n"
    "            7 cancelled  70 failed\n";

Result<json> read_mapping(const std::string& file) {
  std::ifstream in(file);
  if (!in) return Error::make(ErrorKind::not_found, "file_not_found", file);
  auto mapping = json::parse(in, nullptr, false);
  if (mapping.is_discarded()) return Error::invalid("invalid_json", "", file);
  return mapping;
}

/// What the file looks like, as a mapping.
json suggested(const json& detection, const json& read) {
  json columns = json::array();
  for (const auto& column : detection["columns"]) {
    columns.push_back({{"column", column["name"]}, {"role", column["suggested"]}});
    if (column.contains("suggested_name")) columns.back()["name"] = column["suggested_name"];
    if (column.contains("suggested_kind")) columns.back()["kind"] = column["suggested_kind"];
  }
  json mapping = {{"columns", columns}};
  if (!read.empty()) mapping["read"] = read;
  return mapping;
}

Result<json> mapping_for(ApiClient& api, const std::string& workspace, const std::string& upload, const Arguments& arguments) {
  if (const auto file = arguments.option("mapping")) return read_mapping(*file);
  const auto sources = TRY(api.ask(http::Method::get, workspace + "/sources"));
  const std::string name = TRY(arguments.required("source"));
  for (const auto& source : sources["items"])
    if (source["name"] == name && !source["mapping"]["columns"].empty()) return source["mapping"];
  json read = json::object();
  if (const auto type = arguments.option("customer-type")) read["customer_type"] = *type;
  if (const auto type = arguments.option("key-type")) read["key_type"] = *type;
  return suggested(TRY(api.ask(http::Method::post, workspace + "/uploads/" + upload + "/detection", read)), read);
}

void print_outcome(const json& import) {
  fmt::print("{} rows read, {} events new, {} known already, {} customers new, {} rows rejected\n", import["rows_read"].get<uint64_t>(),
             import["events_new"].get<uint64_t>(), import["events_known"].get<uint64_t>(), import["customers_new"].get<uint64_t>(),
             import["rows_rejected"].get<uint64_t>());
  for (const char* list : {"rejects", "warnings"})
    for (const auto& reason : import[list])
      fmt::print("  {:<8} {:>10}  {}{}\n", list == std::string_view("rejects") ? "rejected" : "note", reason["rows"].get<uint64_t>(),
                 reason["code"].get<std::string>(), reason.contains("example") ? "  like " + reason["example"].get<std::string>() : "");
}

Result<void> import_file(const Arguments& arguments) {
  if (arguments.rest().size() != 1) return Error::invalid("option_missing", "", "FILE");
  const fs::path file = arguments.rest()[0];
  const std::string source = TRY(arguments.required("source")), data = TRY(arguments.required("data"));
  const std::string workspace = "/workspaces/" + url_escaped(TRY(arguments.required("workspace")));
  TRY(connect::DiskFile::open(file));  // says why it cannot be read before anything is sent
  const auto api = TRY(ApiClient::open(data));
  ProgressLine line(!arguments.flag("json"));
  const auto upload = TRY(api->upload(workspace + "/uploads?name=" + url_escaped(file.filename().string()), file, [&](double share) { line.show("copy", share); }));
  const std::string id = upload["id"];
  const auto started = [&]() -> Result<json> {
    const json mapping = TRY(mapping_for(*api, workspace, id, arguments));
    return api->ask(http::Method::post, workspace + "/imports", {{"upload", id}, {"source_name", source}, {"mapping", mapping}});
  }();
  if (!started) {
    (void)api->ask(http::Method::remove, workspace + "/uploads/" + id);
    return started.error();
  }
  json import = *started;
  while (import["state"] == "queued" || import["state"] == "running") {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    import = TRY(api->ask(http::Method::get, workspace + "/imports/" + import["id"].get<std::string>()));
    line.show(import["stage"].get<std::string>(), import["progress"]);
  }
  line.clear();
  if (arguments.flag("json")) fmt::print("{}\n", import.dump(2));
  if (import["state"] == "cancelled") return Error::make(ErrorKind::cancelled, "import_cancelled");
  if (const std::string code = import.value("error_code", "internal"); import["state"] != "done")
    return Error::make(kind_of_job_error(code), code, import.value("error_detail", ""));
  if (!arguments.flag("json")) print_outcome(import);
  return {};
}
}  // namespace

int import_command(const std::vector<std::string>& words) {
  const auto arguments = Arguments::read(words, {"data", "workspace", "source", "mapping", "customer-type", "key-type"}, {"json", "help"});
  if (arguments && arguments->flag("help")) {
    fmt::print("{}", import_help);
    return 0;
  }
  const auto done = arguments ? import_file(*arguments) : Result<void>(arguments.error());
  if (done) return 0;
  for (const auto& more : done.error().more)
    if (!more.detail.empty()) fmt::print(stderr, "  {}  {}\n", more.field, more.detail);
  return fail("import", done.error());
}

}  // namespace lotse::cli
