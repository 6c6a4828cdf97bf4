#include "analysis/detail/projections.h"

#include <algorithm>

#include "analysis/detail/chunks.h"

namespace lotse::analysis::detail {
namespace {

constexpr size_t kept_max = 2;            // earlier answers of a kind, each of which has columns of its own
constexpr size_t looked_up_max = 10'000;  // customers whose events are read by name

uint32_t attribute_of(CountBy kind) {
  switch (kind) {
    case CountBy::account: return BuiltinAttribute::account;
    case CountBy::contract: return BuiltinAttribute::contract;
    case CountBy::order: return BuiltinAttribute::order;
    case CountBy::person: break;
  }
  return 0;
}

bool has(const events::EventStore& store, uint32_t attribute) {
  const auto all = store.references();
  return std::find(all.begin(), all.end(), attribute) != all.end();
}

/// Takes rows out whose customer is 0.
void leave_out(EventColumns& chunk, std::vector<uint32_t>& classes) {
  const auto& customer = chunk.customer;
  std::vector<uint32_t> stay;
  for (uint32_t i = 0; i < customer.size(); ++i)
    if (customer[i] != 0) stay.push_back(i);
  if (stay.size() == customer.size()) return;
  const auto compact = [&](auto& column) {
    if (column.empty()) return;
    for (size_t to = 0; to < stay.size(); ++to) column[to] = column[stay[to]];
    column.resize(stay.size());
  };
  compact(chunk.time_us);
  compact(chunk.arrival);
  compact(chunk.type);
  compact(chunk.source);
  compact(chunk.instance_key);
  for (auto& attribute : chunk.attributes) compact(attribute.codes);
  compact(classes);
  compact(chunk.customer);  // last: it says who stays
}

ClassTable table_of(const Moment& moment) {
  ClassTable table(*moment.properties);
  for (const auto& one : *moment.classes) table.restore(one);
  return table;
}

}  // namespace

std::vector<CountBy> Projections::kinds_of(const events::EventStore& store) {
  std::vector<CountBy> out;
  for (const auto kind : {CountBy::account, CountBy::contract, CountBy::order})
    if (has(store, attribute_of(kind)) || (kind == CountBy::account && has(store, BuiltinAttribute::account_from_here))) out.push_back(kind);
  return out;
}

Result<void> Projections::read_bindings(const Moment& base, uint64_t after, Bindings& to) const {
  if (!has(*base.store, BuiltinAttribute::account_from_here)) return {};
  std::unordered_set<uint32_t> changed;
  TRY(base.store->scan(after, base.as_of, {BuiltinAttribute::account_from_here}, [&](EventColumns&& chunk) -> Result<void> {
    const auto& codes = chunk.attributes.front().codes;
    for (size_t i = 0; i < chunk.size(); ++i) {
      if (codes[i] == 0) continue;
      to[chunk.customer[i]].push_back({chunk.time_us[i], chunk.arrival[i], codes[i]});
      changed.insert(chunk.customer[i]);
    }
    return {};
  }));
  for (const uint32_t customer : changed) std::sort(to[customer].begin(), to[customer].end());
  return {};
}

/// Rows with after < arrival <= base.as_of that belong to something of the kind, which stands as their customer.
Result<engine::RowBatch> Projections::rows(const Moment& base, CountBy kind, uint64_t after, const Bindings& bindings, std::vector<uint32_t>& attributes) const {
  engine::RowBatch batch;
  ClassTable table = table_of(base);
  std::vector<uint32_t> wanted = wanted_of(*base.store, table);
  const uint32_t reference = attribute_of(kind);
  wanted.push_back(reference);
  TRY(base.store->scan(after, base.as_of, wanted, [&](EventColumns&& chunk) -> Result<void> {
    const auto own = std::find_if(chunk.attributes.begin(), chunk.attributes.end(), [&](const auto& a) { return a.attribute == reference; });
    for (size_t i = 0; i < chunk.size(); ++i) {
      uint32_t to = own->codes[i];
      if (const auto bound = to == 0 && !bindings.empty() ? bindings.find(chunk.customer[i]) : bindings.end(); bound != bindings.end()) {
        const Binding here{chunk.time_us[i], chunk.arrival[i], UINT32_MAX};
        const auto next = std::upper_bound(bound->second.begin(), bound->second.end(), here);
        if (next != bound->second.begin()) to = std::prev(next)->account;
      }
      chunk.customer[i] = to;
    }
    chunk.attributes.erase(own);
    auto classes = table.derive(chunk);
    leave_out(chunk, classes);
    if (chunk.size() > 0) add_chunk(batch, std::move(chunk), std::move(classes), attributes);
    return {};
  }));
  even_out(batch);
  return batch;
}

/// Whether bindings that came after `before` concern events that were there: those of their customers that happened later.
Result<bool> Projections::changes_earlier(const Moment& base, uint64_t before, const Bindings& fresh) const {
  if (fresh.empty()) return false;
  if (fresh.size() > looked_up_max) return true;
  std::vector<uint32_t> identities;
  for (const auto& [customer, unused] : fresh) std::ranges::copy(base.store->identities_of(customer), std::back_inserter(identities));
  std::ranges::sort(identities);
  bool changes = false;
  TRY(base.store->scan_identities(identities, before, {BuiltinAttribute::account}, [&](EventColumns&& chunk) -> Result<void> {
    for (size_t i = 0; i < chunk.size() && !changes; ++i) {
      const auto at = fresh.find(chunk.customer[i]);
      changes = at != fresh.end() && chunk.time_us[i] > at->second.front().time_us;
    }
    return {};
  }));
  return changes;
}

Result<std::shared_ptr<const Moment>> Projections::of(const std::shared_ptr<const Moment>& base, CountBy kind, std::atomic<uint64_t>& serial,
                                                      std::mutex& heavy, engine::Executor& executor) {
  const auto kinds = kinds_of(*base->store);
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    return Error::invalid("count_by_no_data", "/filter/count_by", "no event names one");
  std::lock_guard building(mutex_);
  Latest& latest = latest_[static_cast<size_t>(kind)];
  {
    std::lock_guard lock(news_mutex_);
    if (std::exchange(forget_, false))
      for (auto& one : latest_) one = {};
    Latest& accounts = latest_[static_cast<size_t>(CountBy::account)];
    const auto is_bound = [&](uint32_t customer) { return accounts.bindings.contains(customer); };
    if (accounts.moment && std::any_of(moved_.begin(), moved_.end(), is_bound)) {  // whose events belong to an account is to be found out anew
      accounts.moment = nullptr;
      accounts.bindings = {};
    }
    moved_.clear();
    follows_links_ = follows_links_ || kind == CountBy::account;  // from here on: links may change while rows are read
  }
  const auto from = latest.moment;
  if (from && from->epoch == base->epoch && from->as_of >= base->as_of && from->now >= base->now) return from;

  auto made = std::make_shared<Moment>(*base);
  made->kind = kind;
  std::vector<uint32_t> attributes;
  Bindings bindings;
  bool extends = from && from->epoch == base->epoch && from->as_of <= base->as_of;
  if (extends) {
    attributes = *from->attributes;
    Bindings fresh;
    if (kind == CountBy::account && from->as_of < base->as_of) TRY(read_bindings(*base, from->as_of, fresh));
    extends = !TRY(changes_earlier(*base, from->as_of, fresh));
    if (extends) {
      bindings = std::move(latest.bindings);
      for (auto& [customer, list] : fresh) {
        auto& all = bindings[customer];
        all.insert(all.end(), list.begin(), list.end());
        std::sort(all.begin(), all.end());
      }
      latest.bindings = {};
      latest.moment = nullptr;  // until this is done: what fails in between is made anew
      made->columns = from->columns;
      if (from->as_of < base->as_of) {
        const auto more = TRY(rows(*base, kind, from->as_of, bindings, attributes));
        if (more.size() > 0) made->columns = TRY(engine::append(from->columns, more, executor));
        if (engine::merge_is_due(made->columns)) made->columns = TRY(engine::merge(made->columns, executor));
      }
    }
  }
  if (!extends) {
    std::lock_guard one_at_a_time(heavy);
    attributes = *base->attributes;
    bindings = {};
    if (kind == CountBy::account) TRY(read_bindings(*base, 0, bindings));
    made->columns = TRY(engine::build(TRY(rows(*base, kind, 0, bindings, attributes)), executor));
  }
  const uint64_t all = engine::info(base->columns).events, some = engine::info(made->columns).events;
  made->without_reference = all - std::min(all, some);
  made->attributes = std::make_shared<const std::vector<uint32_t>>(std::move(attributes));
  made->serial = ++serial;
  latest.bindings = std::move(bindings);
  // Of one epoch the newest answers for all; what is gone since can only be answered from what there was.
  if (from && from->epoch != base->epoch) latest.kept.push_back(from);
  while (latest.kept.size() > kept_max) latest.kept.pop_front();
  latest.moment = made;
  count_bytes();
  return std::shared_ptr<const Moment>(made);
}

std::shared_ptr<const Moment> Projections::known(CountBy kind, uint64_t as_of) {
  std::lock_guard building(mutex_);
  {
    std::lock_guard lock(news_mutex_);
    if (forget_) return nullptr;
  }
  const Latest& latest = latest_[static_cast<size_t>(kind)];
  if (latest.moment && latest.moment->as_of == as_of) return latest.moment;
  for (auto at = latest.kept.rbegin(); at != latest.kept.rend(); ++at)
    if ((*at)->as_of == as_of) return *at;
  return nullptr;
}

void Projections::forget() {
  std::lock_guard lock(news_mutex_);
  forget_ = true;
}

void Projections::relinked(const events::Relinked& news) {
  std::lock_guard lock(news_mutex_);
  if (!follows_links_) return;
  for (const auto& [identity, customer] : news.moved) moved_.insert({identity, customer});
  for (const auto& [from, to] : news.merged) moved_.insert({from, to});
  moved_.insert(news.dealt_anew.begin(), news.dealt_anew.end());
}

void Projections::expire(Micros before) {
  if (touched_us_ == 0) return;  // nothing was asked for
  if (touched_us_ >= before.count()) {
    std::lock_guard lock(news_mutex_);
    if (!forget_) return;
  }
  const std::unique_lock building(mutex_, std::try_to_lock);
  if (!building) return;  // somebody asks just now
  for (auto& one : latest_) one = {};
  std::lock_guard lock(news_mutex_);
  forget_ = follows_links_ = false;
  moved_.clear();
  bytes_ = 0;
  touched_us_ = 0;
}

void Projections::count_bytes() {
  uint64_t sum = 0;
  for (const auto& one : latest_) {
    if (one.moment) sum += engine::info(one.moment->columns).bytes;
    for (const auto& kept : one.kept) sum += engine::info(kept->columns).bytes;
  }
  bytes_ = sum;
}

}  // namespace lotse::analysis::detail
