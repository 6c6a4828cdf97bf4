#include "customers/identities.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "base/ids.h"
#include "customers/customers_sql.h"

namespace lotse::customers {
namespace {

using identity::Kind;
constexpr size_t held_page = 50, identities_max = 200, evidence_max = 500, values_max = 1'000, value_bytes_max = 400;
constexpr size_t reason_bytes_max = 2'000;

IdentityRules default_rules() {
  IdentityRules rules;
  for (const auto& kind : describe(Kind{}).values) {
    const Kind k = kind.value;
    // An account, a contract or an order may have several persons; numbers of persons say which one it is.
    const bool joins = k != Kind::account && k != Kind::contract && k != Kind::order;
    const bool person = k == Kind::customer || k == Kind::user_id || k == Kind::crm || k == Kind::erp;
    rules.kinds.push_back({.kind = k, .joins = joins, .most = person ? 1 : 0});
  }
  rules.never_unique = {"-", "0", "00000000-0000-0000-0000-000000000000", "anonym", "anonymous", "gast", "guest", "n/a", "nan", "no-reply@example.com",
                        "none", "noreply@example.com", "null", "test", "test@example.com", "test@test.com", "test@test.de", "undefined", "unbekannt", "unknown"};
  return rules;
}

/// What the table holds: the request, so that new kinds of a later version get their default.
IdentityRules with(IdentityRules rules, const IdentityRulesRequest& stored) {
  for (const auto& one : stored.kinds)
    for (auto& known : rules.kinds)
      if (known.kind == one.kind) known = one;
  rules.neighbours_max = stored.neighbours_max;
  rules.identities_max = stored.identities_max;
  rules.never_unique = stored.never_unique;
  return rules;
}

Result<IdentityRules> read_rules(db::Session& session) {
  IdentityRules rules = default_rules();
  rules.etag = "0";
  const auto rows = TRY(session.query(sql::identity_rules_get));
  if (rows.empty()) return rules;
  rules = with(std::move(rules), TRY(parse_json<IdentityRulesRequest>(rows[0].text(0))));
  rules.etag = std::to_string(rows[0].integer(1));
  rules.changed_by = rows[0].text(2);
  rules.changed_at = iso_utc(Micros{rows[0].integer(3)});
  return rules;
}

Result<void> check(const IdentityRulesRequest& request) {
  std::set<Kind> seen;
  for (size_t i = 0; i < request.kinds.size(); ++i) {
    const std::string field = "/kinds/" + std::to_string(i);
    if (!seen.insert(request.kinds[i].kind).second) return Error::invalid("kind_twice", field + "/kind", "each kind once");
    if (request.kinds[i].most < 0 || request.kinds[i].most > 1'000) return Error::invalid("out_of_range", field + "/most", "0 to 1,000");
  }
  if (request.neighbours_max < 1 || request.neighbours_max > 10'000) return Error::invalid("out_of_range", "/neighbours_max", "1 to 10,000");
  if (request.identities_max < 2 || request.identities_max > 10'000) return Error::invalid("out_of_range", "/identities_max", "2 to 10,000");
  if (request.never_unique.size() > values_max) return Error::invalid("too_many_listed", "/never_unique", "at most 1,000");
  for (size_t i = 0; i < request.never_unique.size(); ++i)
    if (request.never_unique[i].size() > value_bytes_max) return Error::invalid("too_long", "/never_unique/" + std::to_string(i), "at most 400 bytes");
  return {};
}

Error forbidden(const char* right) { return Error::make(ErrorKind::forbidden, "forbidden", std::string(right) + " is needed"); }
Result<void> may_see(const Viewer& viewer) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  return {};
}

struct Row {
  std::string id, reason, by;
  Verdict verdict;
  uint32_t first, second;
  Micros at;
};
Row decision_of(const db::Row& row) {
  return {.id = row.text(0), .reason = row.text(4), .by = row.text(5), .verdict = row.text(1) == "join" ? Verdict::join : Verdict::split,
          .first = static_cast<uint32_t>(row.integer(2)), .second = static_cast<uint32_t>(row.integer(3)), .at = Micros{row.integer(6)}};
}

}  // namespace

Result<events::Joining> Identities::joining(const WorkspaceId& workspace) {
  IdentityRules rules;
  std::vector<Row> decided;
  TRY(database_.read(workspace, [&](db::Session& session) -> Result<void> {
    rules = TRY(read_rules(session));
    for (const auto& row : TRY(session.query(sql::identity_decision_list))) decided.push_back(decision_of(row));
    return {};
  }));
  events::Joining out;
  auto& policy = out.policy;
  for (const auto& kind : rules.kinds) policy.kinds[static_cast<size_t>(kind.kind)] = {.joins = kind.joins, .most = static_cast<uint32_t>(kind.most)};
  policy.neighbours_max = static_cast<uint32_t>(rules.neighbours_max);
  policy.identities_max = static_cast<uint32_t>(rules.identities_max);
  for (const auto& one : decided) {
    if (one.second == 0) (one.verdict == Verdict::join ? policy.unique : policy.never).insert(one.first);
    else (one.verdict == Verdict::join ? policy.approved : policy.refused).insert(identity::pair_of(one.first, one.second));
  }
  auto values = std::make_shared<std::unordered_set<std::string>>();
  for (const auto& value : rules.never_unique)
    if (auto text = identity::compared(value); !text.empty()) values->insert(std::move(text));
  // A person's word about one identifier stands above the list.
  for (const uint32_t identity : TRY(vault_.matching(workspace, [&](std::string_view text) { return values->contains(identity::compared(identity::shown(text).value)); })))
    if (!policy.unique.contains(identity)) policy.never.insert(identity);
  out.never_unique = std::move(values);
  return out;
}

Result<void> Identities::apply(const WorkspaceId& workspace) {
  std::lock_guard lock(applying_);
  const auto store = TRY(stores_.open(workspace));
  return store->set_joining(TRY(joining(workspace)));
}

/// One decision more: what the list of values says stays known, so that the vault is not read for it.
Result<void> Identities::apply_decision(const WorkspaceId& workspace, Verdict verdict, uint32_t first, uint32_t second) {
  std::lock_guard lock(applying_);
  const auto store = TRY(stores_.open(workspace));
  events::Joining joining{.never_unique = store->never_unique()};
  store->look_at_identities([&](const identity::Graph& graph) { joining.policy = graph.policy(); });
  auto& policy = joining.policy;
  if (second == 0) {
    policy.never.erase(first);
    policy.unique.erase(first);
    (verdict == Verdict::join ? policy.unique : policy.never).insert(first);
  } else {
    policy.refused.erase({first, second});
    policy.approved.erase({first, second});
    (verdict == Verdict::join ? policy.approved : policy.refused).insert({first, second});
  }
  return store->set_joining(std::move(joining));
}

Result<IdentityRules> Identities::rules(const Viewer& viewer) {
  return database_.read(viewer.workspace(), [](db::Session& session) { return read_rules(session); });
}

Result<IdentityRules> Identities::set_rules(const Viewer& viewer, const IdentityRulesRequest& request, const std::optional<std::string>& etag) {
  if (!viewer.may(Right::administer)) return forbidden("administer");
  TRY(check(request));
  IdentityRulesRequest stored = request;
  std::set<std::string> values;
  std::erase_if(stored.never_unique, [&](std::string& value) {
    value = identity::compared(value);
    return value.empty() || !values.insert(value).second;
  });
  std::ranges::sort(stored.never_unique);
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto current = TRY(read_rules(session));
    if (etag && !etag->empty() && *etag != current.etag) return Error::make(ErrorKind::stale, "stale", "the rules were changed by somebody else");
    const auto next = with(current, stored);
    stored.kinds = next.kinds;
    TRY(session.execute(sql::identity_rules_set, {{":rules", to_json(stored).dump()}, {":version", int64_t{std::stoll(current.etag)} + 1},
                                                  {":changed_by", viewer.principal()}, {":now", clock_.now().count()}}));
    // Values may be somebody's own: the log gets their number.
    return audit_.note(session, viewer.principal(), "identity.rules", "identity_rules",
                       {{"kinds", to_json(stored.kinds)}, {"neighbours_max", stored.neighbours_max}, {"identities_max", stored.identities_max}, {"never_unique", stored.never_unique.size()}});
  }));
  TRY(apply(viewer.workspace()));
  return rules(viewer);
}

Result<std::vector<IdentityName>> Identities::named(const Viewer& viewer, const events::DuckStore& store, const std::vector<uint32_t>& numbers) {
  std::vector<IdentityName> out(numbers.size());
  store.look_at_identities([&](const identity::Graph& graph) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      out[i].customer = vault_.pseudonym(viewer.workspace(), graph.customer(numbers[i]));
      out[i].kind = graph.is_named(numbers[i]) ? graph.kind(numbers[i]) : Kind::customer;
    }
  });
  for (size_t i = 0; i < numbers.size(); ++i) out[i].id = vault_.pseudonym(viewer.workspace(), numbers[i]);
  if (viewer.may(Right::see_identifiers)) {
    const auto texts = TRY(vault_.identifiers(viewer, numbers));
    for (size_t i = 0; i < numbers.size(); ++i)
      if (texts[i]) out[i].identifier = std::string(identity::shown(*texts[i]).value);
  }
  return out;
}

EvidenceRow Identities::row_of(const Viewer& viewer, const events::Dictionary& dictionary, const identity::Edge& edge) {
  const auto& e = edge.evidence;
  return {.first = vault_.pseudonym(viewer.workspace(), e.a),
          .second = vault_.pseudonym(viewer.workspace(), e.b),
          .source = e.source > 0 && e.source <= dictionary.sources.size() ? dictionary.sources[e.source - 1u].name : "",
          .time = iso_utc(Micros{e.time_us}),
          .said = e.said,
          .state = static_cast<EvidenceState>(edge.state)};
}

Result<Identities::HeldPage> Identities::held(const Viewer& viewer, const std::optional<std::string>& cursor) {
  TRY(may_see(viewer));
  size_t after = 0;
  if (cursor) {
    const auto read = std::from_chars(cursor->data(), cursor->data() + cursor->size(), after);
    if (read.ec != std::errc{} || read.ptr != cursor->data() + cursor->size()) return Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  }
  const auto store = TRY(stores_.open(viewer.workspace()));
  std::vector<identity::Held> held;
  store->look_at_identities([&](const identity::Graph& graph) { held = graph.held(after, held_page + 1); });
  HeldPage page;
  if (held.size() > held_page) {
    held.pop_back();
    page.next_cursor = std::to_string(after + held_page);
  }
  std::vector<uint32_t> numbers;
  for (const auto& one : held) {
    numbers.push_back(one.a);
    if (one.b) numbers.push_back(one.b);
  }
  const auto names = TRY(named(viewer, *store, numbers));
  size_t next = 0;
  for (const auto& one : held) {
    HeldJoin join{.why = static_cast<HeldWhy>(one.why), .first = names[next++], .identities = one.identities, .customers = one.customers};
    if (one.b) join.second = names[next++];
    if (one.why == identity::Held::Why::too_many_of_kind || one.by_kind) join.kind = one.kind;
    page.items.push_back(std::move(join));
  }
  return page;
}

Result<uint32_t> Identities::number_of(const Viewer& viewer, std::string_view pseudonym, const char* field) {
  const auto number = vault_.customer_no(viewer.workspace(), pseudonym);
  if (!number || *number == 0) return Error{ErrorKind::not_found, "identity_not_found", field, std::string(pseudonym)};
  return *number;
}

Result<std::vector<Decision>> Identities::decisions(const Viewer& viewer) {
  TRY(may_see(viewer));
  std::vector<Row> rows;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::identity_decision_list); }))) rows.push_back(decision_of(row));
  const auto store = TRY(stores_.open(viewer.workspace()));
  std::vector<uint32_t> numbers;
  for (const auto& row : rows) {
    numbers.push_back(row.first);
    if (row.second) numbers.push_back(row.second);
  }
  const auto names = TRY(named(viewer, *store, numbers));
  std::vector<Decision> out;
  size_t next = 0;
  for (const auto& row : rows) {
    Decision one{.id = row.id, .reason = row.reason, .created_by = row.by, .created_at = iso_utc(row.at), .verdict = row.verdict, .first = names[next++]};
    if (row.second) {
      one.second = names[next++];
      one.one_customer = one.first.customer == one.second->customer;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<Decision> Identities::decide(const Viewer& viewer, const DecisionRequest& request) {
  if (!viewer.may(Right::import_data)) return forbidden("import_data");
  TRY(may_see(viewer));
  uint32_t first = TRY(number_of(viewer, request.first, "/first")), second = 0;
  if (request.second) {
    second = TRY(number_of(viewer, *request.second, "/second"));
    if (second == first) return Error::invalid("same_identity", "/second", "two identities are expected");
    std::tie(first, second) = identity::pair_of(first, second);
  }
  const std::string reason = request.reason.value_or("");
  if (reason.size() > reason_bytes_max) return Error::invalid("too_long", "/reason", "at most 500 characters");
  const Micros now = clock_.now();
  const std::string id = new_id("idn", now);
  const std::string one = vault_.pseudonym(viewer.workspace(), first), other = second ? vault_.pseudonym(viewer.workspace(), second) : "";
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::identity_decision_set, {{":id", id}, {":verdict", std::string(word(request.verdict))}, {":first_no", first}, {":second_no", second},
                                                     {":reason", reason}, {":created_by", viewer.principal()}, {":now", now.count()}}));
    return audit_.note(session, viewer.principal(), request.verdict == Verdict::join ? "identity.join" : "identity.split", one, {{"other", other}});
  }));
  TRY(apply_decision(viewer.workspace(), request.verdict, first, second));
  for (auto& decision : TRY(decisions(viewer)))
    if (decision.id == id) return std::move(decision);
  return Error::make(ErrorKind::conflict, "decision_not_found", id);  // withdrawn by somebody else meanwhile
}

Result<void> Identities::withdraw(const Viewer& viewer, std::string_view id) {
  if (!viewer.may(Right::import_data)) return forbidden("import_data");
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::identity_decision_delete, {{":id", id}})) == 0) return Error::make(ErrorKind::not_found, "decision_not_found", std::string(id));
    return audit_.note(session, viewer.principal(), "identity.withdraw", id);
  }));
  return apply(viewer.workspace());
}

Result<CustomerIdentities> Identities::described(const Viewer& viewer, uint32_t number) {
  const auto store = TRY(stores_.open(viewer.workspace()));
  std::vector<uint32_t> members;
  std::vector<identity::Edge> edges;
  uint64_t total = 0;
  store->look_at_identities([&](const identity::Graph& graph) {
    members = graph.members(graph.customer(number));
    total = members.size();
    if (members.size() > identities_max) members.resize(identities_max);
    std::set<std::tuple<uint32_t, uint32_t, uint32_t>> seen;
    for (const uint32_t member : members)
      for (auto& edge : graph.evidence_of(member, evidence_max))
        if (edges.size() < evidence_max && seen.emplace(edge.evidence.a, edge.evidence.b, edge.evidence.part).second) edges.push_back(edge);
  });
  const std::set<uint32_t> own(members.begin(), members.end());
  std::set<uint32_t> others;
  for (const auto& edge : edges)
    for (const uint32_t end : {edge.evidence.a, edge.evidence.b})
      if (!own.contains(end)) others.insert(end);
  std::vector<uint32_t> all = members;
  all.insert(all.end(), others.begin(), others.end());
  CustomerIdentities out{.identities = TRY(named(viewer, *store, all)), .identities_total = total};
  out.customer = out.identities.front().customer;
  const auto dictionary = store->dictionary();
  std::ranges::sort(edges, {}, [](const identity::Edge& e) { return e.evidence.time_us; });
  for (const auto& edge : edges) out.evidence.push_back(row_of(viewer, *dictionary, edge));
  return out;
}

Result<CustomerIdentities> Identities::of_customer(const Viewer& viewer, std::string_view pseudonym) {
  TRY(may_see(viewer));
  const auto number = vault_.customer_no(viewer.workspace(), pseudonym);
  if (!number || *number == 0) return Error::make(ErrorKind::not_found, "not_found", "customer " + std::string(pseudonym));
  return described(viewer, *number);
}

Result<CustomerIdentities> Identities::search(const Viewer& viewer, const IdentitySearch& request) {
  TRY(may_see(viewer));
  uint32_t number = vault_.customer_no(viewer.workspace(), identity::normalised(Kind::customer, request.text)).value_or(0);
  if (number == 0 && viewer.may(Right::see_identifiers)) {
    std::vector<std::string> texts;
    for (const auto& kind : describe(Kind{}).values)
      if (auto value = identity::normalised(kind.value, request.text); !value.empty()) texts.push_back(identity::vault_text(kind.value, value));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    for (const uint32_t found : TRY(vault_.find(viewer.workspace(), views)))
      if (number == 0) number = found;
  }
  if (number == 0) return Error::make(ErrorKind::not_found, "not_found", "no such identifier");
  auto out = TRY(described(viewer, number));
  TRY(audit_.note(viewer, "identity.search", out.customer));
  return out;
}

Result<IdentityChain> Identities::why(const Viewer& viewer, std::string_view first, std::string_view second) {
  TRY(may_see(viewer));
  const uint32_t from = TRY(number_of(viewer, first, "/first")), to = TRY(number_of(viewer, second, "/second"));
  const auto store = TRY(stores_.open(viewer.workspace()));
  std::vector<identity::Edge> chain;
  store->look_at_identities([&](const identity::Graph& graph) { chain = graph.chain(from, to); });
  IdentityChain out;
  if (chain.empty()) return out;
  std::vector<uint32_t> numbers{from};
  const auto dictionary = store->dictionary();
  for (const auto& edge : chain) {
    numbers.push_back(edge.evidence.a == numbers.back() ? edge.evidence.b : edge.evidence.a);
    out.evidence.push_back(row_of(viewer, *dictionary, edge));
  }
  out.identities = TRY(named(viewer, *store, numbers));
  return out;
}

}  // namespace lotse::customers
