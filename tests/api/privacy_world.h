#pragma once
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "cli/composition.h"
#include "gtest/gtest.h"

/// A data folder of its own with planted texts, for the tests of privacy.
namespace lotse::test {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

inline const std::string identifier = "Quokka-Zwirn-4711", property = "Numbat-Hafenrundfahrt-88", key = "Axolotl-Vorgang-1234", long_text = "Der Kunde klagt über seinen Schnabeltier-Tarif seit Montag";
inline const std::vector<std::string> planted = {identifier, property, key, "Schnabeltier-Tarif"};

struct World {
  fs::path folder;
  std::unique_ptr<cli::Composition> parts;
  WorkspaceId workspace;
  std::string user;

  World() {
    std::string pattern = (fs::temp_directory_path() / "lotse-privacy-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    open();
    user = parts->owner.add_user("a@example.com", "a", false, "correct horse battery").value().user;
    workspace = parts->owner.make_workspace({.name = "A", .time_zone = "Europe/Berlin", .language = "de"}, user).value().id;
  }
  ~World() {
    parts.reset();
    fs::remove_all(folder);
  }
  void open() {
    parts.reset();
    auto opened = cli::Composition::open(std::move(*cli::DataFolder::lock(folder)));
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    parts = std::move(*opened);
    ASSERT_TRUE(parts->begin());
  }
  Viewer viewer() { return parts->workspaces.viewer_of(workspace, user).value(); }

  connect::AppendAnswer append(std::vector<connect::NewEvent> events, const std::string& source = "Web") {
    std::promise<Result<connect::AppendAnswer>> answer;
    parts->live_events.append(viewer(), {.source = source, .events = std::move(events)}, [&](Result<connect::AppendAnswer> a) { answer.set_value(std::move(a)); });
    auto got = answer.get_future().get();
    EXPECT_TRUE(got) << got.error().code;
    return got.value_or(connect::AppendAnswer{});
  }
  connect::NewEvent event(const std::string& customer, const std::string& type, const std::string& id, std::map<std::string, std::string> attributes = {}) {
    return {.customer = customer, .event_type = type, .time = "2025-01-06T08:00:00Z", .id = id, .instance_key = customer == identifier ? key : "K-" + customer, .attributes = std::move(attributes)};
  }

  connect::Import import(const std::string& csv) {
    auto incoming = std::move(*parts->uploads.begin(viewer(), "k.csv"));
    EXPECT_TRUE(incoming->write(csv));
    const auto upload = incoming->finish().value();
    connect::SourceMapping mapping;
    const auto column = [](const char* name, connect::ColumnRole role) { return connect::ColumnMapping{.column = name, .role = role}; };
    mapping.columns = {column("kunde", connect::ColumnRole::customer), column("was", connect::ColumnRole::event_type), column("wann", connect::ColumnRole::time),
                       column("vorgang", connect::ColumnRole::instance_key), column("ort", connect::ColumnRole::event_attribute)};
    auto started = parts->imports.start(viewer(), {.upload = upload.id, .source_name = "Datei", .mapping = mapping});
    EXPECT_TRUE(started) << started.error().code << started.error().field;
    auto now = *started;
    for (int i = 0; i < 400 && (now.state == connect::ImportState::queued || now.state == connect::ImportState::running); ++i) {
      std::this_thread::sleep_for(20ms);
      now = parts->imports.get(viewer(), now.id).value();
    }
    EXPECT_EQ(now.state, connect::ImportState::done) << now.error_code.value_or("") << now.error_detail.value_or("");
    return now;
  }

  privacy::PrivacyRequest wait(const std::string& id, privacy::RequestState wanted = privacy::RequestState::done) {
    privacy::PrivacyRequest now;
    for (int i = 0; i < 600; ++i) {
      now = parts->privacy_requests.get(viewer(), id).value();
      if (now.state == wanted) break;
      std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(now.state, wanted) << now.error_code.value_or("");
    return now;
  }

  /// The files below the data folder, and the planted texts that each holds.
  std::map<std::string, std::set<std::string>> found() {
    std::map<std::string, std::set<std::string>> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      for (const auto& text : planted)
        if (bytes.find(text) != std::string::npos) out[fs::relative(entry.path(), folder).string()].insert(text);
    }
    return out;
  }
  std::set<std::string> texts_found() {
    std::set<std::string> out;
    for (const auto& [file, texts] : found()) out.insert(texts.begin(), texts.end());
    return out;
  }
  void plant() {
    import("kunde;was;wann;vorgang;ort\n" + identifier + ";Kauf;2025-01-07 08:00;" + key + ";" + property + "\nben;Kauf;2025-01-07 09:00;K-ben;Berlin\n" + identifier +
           ";Kauf;kein Datum;" + key + ";" + property + "\n");
    // An upload that nobody has imported.
    auto incoming = std::move(*parts->uploads.begin(viewer(), "spare.csv"));
    ASSERT_TRUE(incoming->write("kunde\n" + identifier + "\n"));
    ASSERT_TRUE(incoming->finish());
    append({event(identifier, "visit", "1", {{"tarif", property}, {"text", long_text}}), event("ben", "visit", "2", {{"tarif", "Basis"}}), event("cara", "visit", "3")});
  }
  std::string file_text(const std::map<std::string, std::set<std::string>>& found) {
    std::string out;
    for (const auto& [file, texts] : found) {
      out += file + ":";
      for (const auto& text : texts) out += " " + text;
      out += "\n";
    }
    return out;
  }
};

}  // namespace lotse::test
