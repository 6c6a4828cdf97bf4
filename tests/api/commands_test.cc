// The commands on a data folder, with and without a server that holds it.
#include "cli/commands.h"

#include <fstream>

#include "cli/arguments.h"
#include "fixture.h"

namespace lotse::test {
namespace {
namespace fs = std::filesystem;

struct Outcome {
  int code;
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, false); }
};
Outcome run(int (*command)(const std::vector<std::string>&), std::vector<std::string> words) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = command(words);
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "lotse-commands-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
};

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }
constexpr const char* log_text = "Kundennummer;Ereignis;Zeitpunkt\nk1;Besuch;2025-01-06 08:00\nk1;Kauf;2025-01-06 09:00\nk2;Besuch;irgendwann\n";

class Commands : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      data_ = TestServer::get().folder();  // its server runs: everything goes over the socket
    } else {
      data_ = folder_.path / "data";
      auto parts = cli::Composition::open(std::move(*cli::DataFolder::lock(data_))).value();
      ASSERT_TRUE(parts->owner.first_administrator());
    }
    slug_ = std::string("befehle") + (GetParam() ? "-server" : "");
  }
  Folder folder_;
  fs::path data_;
  std::string slug_;
};

TEST_P(Commands, MakePeopleAndWorkspacesImportBackUpAndRestore) {
  const std::string data = data_.string();
  EXPECT_EQ(run(cli::workspace_command, {"add", "Befehle", "--slug", slug_, "--data", data}).out, slug_ + "\n");
  EXPECT_EQ(run(cli::workspace_command, {"add", "Befehle", "--slug", slug_, "--data", data}).code, 5);
  const auto made = run(cli::user_command, {"add", slug_ + "@example.com", "--name", "Neu", "--workspace", slug_, "--role", "analyst", "--data", data});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(run(cli::user_command, {"add", "nonsense", "--name", "x", "--data", data}).code, 2);
  bool listed = false;
  for (const auto& u : run(cli::user_command, {"list", "--json", "--data", data}).json()) listed = listed || u["email"] == slug_ + "@example.com";
  EXPECT_TRUE(listed);

  write(folder_.path / "log.csv", log_text);
  const std::vector<std::string> import = {(folder_.path / "log.csv").string(), "--data", data, "--workspace", slug_, "--source", "CRM", "--json"};
  const auto first = run(cli::import_command, import);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.json()["events_new"], 2);
  EXPECT_EQ(first.json()["rows_rejected"], 1);
  EXPECT_EQ(run(cli::import_command, import).json()["events_known"], 2) << "the same file again brings nothing new";
  EXPECT_EQ(run(cli::import_command, {(folder_.path / "none.csv").string(), "--data", data, "--workspace", slug_, "--source", "CRM"}).code, 4);
  EXPECT_EQ(run(cli::import_command, {(folder_.path / "log.csv").string(), "--data", data, "--workspace", "nowhere", "--source", "CRM"}).code, 4);

  EXPECT_EQ(run(cli::check_command, {"--data", data}).out, "ok\n");
  const fs::path target = folder_.path / "backup", restored = folder_.path / "restored";
  const auto backup = run(cli::backup_command, {target.string(), "--data", data});
  ASSERT_EQ(backup.code, 0) << backup.err;
  EXPECT_EQ(run(cli::backup_command, {target.string(), "--data", data}).code, 5) << "a backup is never overwritten";
  ASSERT_EQ(run(cli::restore_command, {target.string(), "--data", restored.string()}).code, 0);
  EXPECT_EQ(run(cli::restore_command, {target.string(), "--data", restored.string()}).code, 5);
  EXPECT_EQ(run(cli::check_command, {"--data", restored.string()}).out, "ok\n");

  // The restored folder has the events, and knows them again.
  auto again = import;
  again[2] = restored.string();
  const auto known = run(cli::import_command, again);
  ASSERT_EQ(known.code, 0) << known.err;
  EXPECT_EQ(known.json()["events_known"], 2);
  EXPECT_EQ(known.json()["events_new"], 0);
}

INSTANTIATE_TEST_SUITE_P(Folder, Commands, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Server, Commands, testing::Values(true));

TEST_P(Commands, BackUpOnlyWhereABackupMayLie) {
  const std::string data = data_.string();
  const auto inside = run(cli::backup_command, {data + "/workspaces/copy", "--data", data});
  EXPECT_EQ(inside.code, 2) << inside.err;
  EXPECT_FALSE(fs::exists(data_ / "workspaces/copy"));
  // A slash at the end, as shells complete it.
  const fs::path target = folder_.path / "backup", restored = folder_.path / "restored";
  EXPECT_EQ(run(cli::backup_command, {target.string() + "/", "--data", data}).code, 0);
  EXPECT_TRUE(fs::exists(target / "backup.json"));
  EXPECT_EQ(run(cli::restore_command, {target.string() + "/", "--data", restored.string() + "/"}).code, 0);
  EXPECT_TRUE(fs::exists(restored / "lotse.db"));
  for (const auto& entry : fs::directory_iterator(folder_.path)) EXPECT_NE(entry.path().extension(), ".half");
  EXPECT_EQ(fs::status(restored / "vault.db").permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_P(Commands, AnImportThatFailsSaysWhoseFaultItIs) {
  const std::string data = data_.string(), slug = slug_ + "-fehler";
  ASSERT_EQ(run(cli::workspace_command, {"add", "Fehler", "--slug", slug, "--data", data}).code, 0);
  const fs::path log = folder_.path / "log.csv", mapping = folder_.path / "mapping.json";
  write(log, log_text);
  write(mapping, R"({"columns":[{"column":"Nr","role":"customer"},{"column":"Ereignis","role":"event_type"},{"column":"Zeitpunkt","role":"time"}]})");
  const auto import = [&](const fs::path& file, std::vector<std::string> more = {}) {
    std::vector<std::string> words{file.string(), "--data", data, "--workspace", slug, "--source", "S"};
    words.insert(words.end(), more.begin(), more.end());
    return run(cli::import_command, words);
  };
  const auto wrong = import(log, {"--mapping", mapping.string()});
  EXPECT_EQ(wrong.code, 2) << "the mapping is wrong, not Lotse: " << wrong.err;
  EXPECT_NE(wrong.err.find("\"Nr\""), std::string::npos) << wrong.err;
  EXPECT_EQ(import(folder_.path / "nothing.csv").code, 4);
  EXPECT_EQ(import(folder_.path).code, 2) << "a folder";
  EXPECT_EQ(import(log, {"--mapping", (folder_.path / "nothing.json").string()}).code, 4);
}

TEST(CommandWords, AreExplainedWhereTheyAreWrong) {
  EXPECT_EQ(run(cli::check_command, {}).code, 2);
  EXPECT_EQ(run(cli::check_command, {"--dta", "x"}).code, 2);
  EXPECT_EQ(run(cli::check_command, {"--data", "/nonexistent/lotse"}).code, 4);
  EXPECT_EQ(run(cli::check_command, {"extra", "--data", "/nonexistent/lotse"}).code, 2);
  EXPECT_EQ(run(cli::serve_command, {"extra", "--data", "/nonexistent/lotse"}).code, 2);
  const auto no_pages = run(cli::serve_command, {"--data", "/nonexistent/lotse", "--web", "/nonexistent/web"});
  EXPECT_EQ(no_pages.code, 2) << "a folder without pages is told before anything is made";
  EXPECT_NE(no_pages.err.find("/nonexistent/web"), std::string::npos);
  EXPECT_EQ(run(cli::user_command, {"frob", "--data", TestServer::get().folder().string()}).code, 2);
  EXPECT_NE(run(cli::check_command, {"--data", "/nonexistent/lotse"}).err.find("lotse serve"), std::string::npos) << "says what to do next";
  EXPECT_EQ(run(cli::serve_command, {"--data", TestServer::get().folder().string(), "--port", "0"}).code, 6) << "the folder is held";
  for (auto* command : {cli::serve_command, cli::user_command, cli::workspace_command, cli::import_command, cli::backup_command, cli::restore_command, cli::check_command, cli::openapi_command})
    EXPECT_NE(run(command, {"--help"}).out.find("lotse "), std::string::npos);
}

}  // namespace
}  // namespace lotse::test
