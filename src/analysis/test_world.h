#pragma once
#include <unistd.h>

#include <filesystem>
#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "access/viewer_maker.h"
#include "analysis/analysis.h"
#include "events/stores.h"

/// For tests alone: one workspace on a real store in a folder that goes away, with customers named as the test likes.
namespace lotse::analysis {

class TestNames final : public CustomerNames {
 public:
  uint32_t number(const std::string& name) {
    return names_.with([&](Known& k) {
      const auto [at, fresh] = k.numbers.try_emplace(name, static_cast<uint32_t>(k.names.size() + 1));
      if (fresh) k.names.push_back(name);
      return at->second;
    });
  }
  Result<std::vector<std::string>> pseudonyms(const WorkspaceId&, std::span<const uint32_t> customers) override {
    return names_.with([&](Known& k) {
      std::vector<std::string> out;
      for (uint32_t c : customers) out.push_back("cu_" + k.names.at(c - 1));
      return out;
    });
  }
  Result<std::optional<uint32_t>> customer_of(const WorkspaceId&, std::string_view pseudonym) override {
    return names_.with([&](Known& k) -> std::optional<uint32_t> {
      const auto at = pseudonym.starts_with("cu_") ? k.numbers.find(std::string(pseudonym.substr(3))) : k.numbers.end();
      return at == k.numbers.end() ? std::nullopt : std::optional(at->second);
    });
  }
  Result<std::optional<uint32_t>> identity_of(const Viewer&, std::string_view identifier) override {
    return names_.with([&](Known& k) -> std::optional<uint32_t> {
      const auto at = k.numbers.find(std::string(identifier));
      return at == k.numbers.end() ? std::nullopt : std::optional(at->second);
    });
  }
  Result<std::optional<std::string>> identifier(const Viewer&, uint32_t customer) override {
    return names_.with([&](Known& k) { return std::optional(k.names.at(customer - 1)); });
  }
  Result<std::vector<Consent>> consents(const WorkspaceId&, std::span<const uint32_t> customers, std::string_view) override {
    return names_.with([&](Known& k) {
      std::vector<Consent> out;
      for (const uint32_t c : customers) out.push_back({.granted = k.granted.contains(c), .denied = k.denied.contains(c)});
      return out;
    });
  }
  /// To every purpose.
  void say(uint32_t customer, bool yes) {
    names_.with([&](Known& k) { (yes ? k.granted : k.denied).insert(customer); });
  }

 private:
  struct Known {
    std::set<uint32_t> granted, denied;
    std::map<std::string, uint32_t> numbers;
    std::vector<std::string> names;
  };
  Guarded<Known> names_;
};

struct TestEvent {
  std::string customer;
  Micros time{0};
  std::string type, source = "CRM", key, channel, direction, unit;
  double cost = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<std::string, std::string>> attributes, customer_attributes;
  std::vector<std::pair<uint32_t, std::string>> references;  ///< BuiltinAttribute → account, contract or order
};

struct TestFolder {
  std::filesystem::path path;
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_analysis_XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path); }
};

class TestWorld {
 public:
  explicit TestWorld(const std::string& zone = "UTC", Micros now = Micros{1'748'736'000'000'000}, Options options = {})
      : clock(now), options_(std::move(options)) {
    options_.data = folder.path;
    if (!options_.threads) options_.threads = 2;
    database = need(db::Database::open_sqlite(folder.path / "lotse.db"));
    audit.emplace(*database, clock);
    workspaces.emplace(*database, clock, *audit);
    // A person by hand: the way through access costs a second of password hashing.
    static constexpr db::Statement person{"test.person",
                                          "INSERT INTO users (id, email, name, password_hash, must_change_password, has_first_password, operator_of_server, created_at) "
                                          "VALUES (:id, 'anna@example.org', 'Anna', '', 0, 0, 1, 0)"};
    need(database->write_system([&](db::Session& session) { return session.execute(person, {{":id", user_}}); }));
    workspace = make_workspace("Test", zone);
    segments.emplace(*database, clock);
    computed.emplace(*database, clock, *audit, *segments);
    panel.emplace(*database, clock, *audit, *workspaces);
    touchpoints.emplace(*database, clock, *audit);
    stores.emplace(folder.path, events::StoreOptions{}, clock);
    start();
  }
  ~TestWorld() { stop(); }

  /// The value, or an exception that says why there is none.
  template <class T>
  static T need(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
    return std::move(*result);
  }
  WorkspaceId make_workspace(const std::string& name, const std::string& zone = "UTC") {
    access::Caller caller{.principal = user_, .user = user_, .operator_of_server = true};
    return {need(workspaces->create(caller, {.name = name, .time_zone = zone})).id};
  }

  void start() {
    analysis = std::make_unique<Analysis>(Analysis::Parts{.stores = [this](const WorkspaceId& w) -> Result<std::shared_ptr<events::EventStore>> { return TRY(stores->open(w)); },
                                                          .feeds = stores->feeds(),
                                                          .workspaces = *workspaces,
                                                          .touchpoints = *touchpoints,
                                                          .segments = *segments,
                                                          .computed = *computed,
                                                          .panel = *panel,
                                                          .audit = *audit,
                                                          .names = names,
                                                          .clock = clock},
                                          options_);
  }
  void stop() { analysis.reset(); }

  Viewer viewer(Role role = Role::administrator) const { return access::ViewerMaker::make(workspace, user_, role); }
  std::shared_ptr<events::DuckStore> store() { return *stores->open(workspace); }

  /// Live events, in order; gives the arrival number from which on queries see them.
  uint64_t append(const std::vector<TestEvent>& list) {
    auto to = store();
    std::vector<events::LiveEvent> out;
    for (const auto& e : list) {
      events::LiveEvent event{.id = events::message_id("src", std::to_string(++messages_)),
                              .identity = names.number(e.customer),
                              .time = e.time,
                              .type = e.type,
                              .source = *to->source_named(e.source),
                              .instance_key = e.key,
                              .channel = e.channel,
                              .direction = e.direction,
                              .unit = e.unit,
                              .cost = e.cost,
                              .attributes = e.attributes,
                              .customer_attributes = e.customer_attributes};
      for (const auto& [attribute, name] : e.references) event.references.emplace_back(attribute, names.number(name));
      out.push_back(std::move(event));
    }
    std::promise<Result<events::Acked>> done;
    to->append(std::move(out), [&](Result<events::Acked> acked) { done.set_value(std::move(acked)); });
    return need(done.get_future().get()).as_of;
  }
  /// Rows of a file; `attributes` are "city" of the event and "tariff" of the customer, empty texts are no value.
  struct TestRow {
    std::string customer;
    Micros time{0};
    std::string type, key, city, tariff;
  };
  uint64_t import(const std::string& id, const std::vector<TestRow>& rows, const std::string& source = "CRM") {
    auto to = store();
    events::ImportRows request{.import = id, .source = *to->source_named(source)};
    const auto city = *to->attribute("city", AttributeScope::event), tariff = *to->attribute("tariff", AttributeScope::customer);
    request.attributes = {city, tariff};
    std::atomic<size_t> next = 0;
    request.worker = [&] {
      return [&, type = to->type_encoder(), cities = events::Encoder(city->encode), tariffs = events::Encoder(tariff->encode)](events::RowBatch& out) mutable -> Result<bool> {
        constexpr size_t piece = 5000;
        const size_t begin = next.fetch_add(piece);
        if (begin >= rows.size()) return false;
        const size_t count = std::min(piece, rows.size() - begin);
        out.resize(count, 2);
        for (auto& texts : out.texts) texts.assign(count, {});
        for (size_t i = 0; i < count; ++i) {
          const TestRow& row = rows[begin + i];
          out.row[i] = begin + i + 1;
          out.id[i] = events::hash_bytes(id + std::to_string(begin + i));
          out.identity[i] = names.number(row.customer);
          out.time_us[i] = row.time.count();
          out.type[i] = TRY(type.code(row.type));
          out.source[i] = request.source;
          out.instance_key[i] = row.key.empty() ? 0 : to->key_code(row.key);
          out.channel[i] = out.direction[i] = out.unit[i] = 0;
          out.cost[i] = std::numeric_limits<double>::quiet_NaN();
          out.codes[0][i] = TRY(cities.code(row.city));
          if (out.codes[0][i] == 0) out.texts[0][i] = row.city;
          out.codes[1][i] = TRY(tariffs.code(row.tariff));
          if (out.codes[1][i] == 0) out.texts[1][i] = row.tariff;
        }
        return true;
      };
    };
    return need(to->import_rows(request)).as_of;
  }
  bool see(uint64_t as_of) { return analysis->wait_until(workspace, as_of, std::chrono::seconds(20)); }

  /// The same, and waits until queries see them.
  uint64_t append_and_see(const std::vector<TestEvent>& list) {
    const uint64_t as_of = append(list);
    ensure(analysis->wait_until(workspace, as_of, std::chrono::seconds(20)), "appended events become visible");
    return as_of;
  }

  TestFolder folder;
  ManualClock clock;
  std::unique_ptr<db::Database> database;
  std::optional<access::Audit> audit;
  std::optional<access::Workspaces> workspaces;
  std::optional<customers::Segments> segments;
  std::optional<customers::ComputedAttributes> computed;
  std::optional<customers::Panel> panel;
  std::optional<atlas::Touchpoints> touchpoints;
  std::optional<events::Stores> stores;
  TestNames names;
  std::unique_ptr<Analysis> analysis;
  WorkspaceId workspace;

 private:
  Options options_;
  const std::string user_ = "us_test";
  std::atomic<uint64_t> messages_ = 0;
};

/// So many minutes after a fixed moment.
constexpr Micros at(int64_t minute) { return Micros{1'740'000'000'000'000 + minute * 60'000'000}; }

}  // namespace lotse::analysis
