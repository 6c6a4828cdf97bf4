#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analysis/detail/chunks.h"
#include "analysis/detail/live.h"

/// The rows of living columns: which are read, and which customer they stand under.
namespace lotse::analysis::detail {
namespace {
constexpr size_t read_again_max = 20'000;  // identities whose rows are read by name; for more, everything is read

void note_links(std::vector<uint32_t>& customer_of, const std::vector<std::pair<uint32_t, uint32_t>>& links) {
  for (const auto& [identity, customer] : links) {
    if (identity >= customer_of.size()) customer_of.resize(size_t{identity} + 1, 0);
    customer_of[identity] = identity == customer ? 0 : customer;
  }
}

uint32_t linked(const std::vector<uint32_t>& customer_of, uint32_t identity) {
  return identity < customer_of.size() && customer_of[identity] != 0 ? customer_of[identity] : identity;
}

/// Rows stand where the columns have their identities.
void place(const std::vector<uint32_t>& customer_of, EventColumns& chunk) {
  for (size_t i = 0; i < chunk.size(); ++i) chunk.customer[i] = linked(customer_of, chunk.identity[i]);
}
}  // namespace

Result<Live::Work> Live::build(std::shared_ptr<events::EventStore> store, std::vector<uint32_t> properties, uint64_t up_to,
                               std::stop_token stop) {
  Work work{.store = std::move(store), .table = ClassTable(std::move(properties)), .attributes = {source_attribute}};
  note_links(work.customer_of, work.store->links());  // before the rows: what changes from here on is told, and done again
  const auto rows = TRY(collect(work, up_to, true, stop));
  work.columns = TRY(engine::build(rows, shared_.background, stop));
  work.as_of = up_to;
  work.rows_since_save = rows.size();
  return work;
}

/// Rows with work.as_of < arrival <= up_to, with their classes. Changes only the codes that `work` knows, and its tallies.
Result<engine::RowBatch> Live::collect(Work& work, uint64_t up_to, bool tally, std::stop_token stop) {
  engine::RowBatch batch;
  if (work.as_of == 0) {  // everything: growing by doubling would need half as much memory again
    const size_t expected = work.store->event_count();
    batch.customer.reserve(expected);
    batch.time_us.reserve(expected);
    batch.arrival.reserve(expected);
    batch.event_class.reserve(expected);
    batch.instance_key.reserve(expected);
  }
  TRY(work.store->scan(work.as_of, up_to, wanted_of(*work.store, work.table),
                       [&](EventColumns&& chunk) -> Result<void> {
                         if (chunk.size() == 0) return {};
                         auto classes = work.table.derive(chunk);
                         if (tally) work.tallies.add(chunk, classes);
                         place(work.customer_of, chunk);
                         add_chunk(batch, std::move(chunk), std::move(classes), work.attributes);
                         return {};
                       },
                       stop));
  even_out(batch);
  return batch;
}

Result<void> Live::add_rows(Work& work, uint64_t up_to, bool tally, std::stop_token stop) {
  if (up_to <= work.as_of) return {};
  auto rows = collect(work, up_to, tally, stop);
  if (!rows) {
    work.tallies_exact = false;  // part of the rows may be in them
    return rows.error();
  }
  if (rows->size() > 0) work.columns = TRY(engine::append(work.columns, *rows, shared_.background, stop));
  work.rows_since_save += rows->size();
  work.as_of = up_to;
  return {};
}

/// False where all must be read.
Result<bool> Live::remove_rows(Work& work, const std::vector<events::Removed>& removed, std::stop_token stop) {
  if (removed.empty()) return true;
  engine::Removal removal;
  for (const auto& r : removed) {
    if (r.first <= r.last) removal.arrivals.push_back({r.first, r.last + 1});
    removal.customers.insert(removal.customers.end(), r.customers.begin(), r.customers.end());
  }
  // Rows of theirs that the columns have elsewhere, because a join is still to be told: others may stand there, too.
  std::vector<uint32_t> elsewhere = where_they_stand(work, removal.customers);
  const std::unordered_set<uint32_t> whole(removal.customers.begin(), removal.customers.end());
  std::erase_if(elsewhere, [&](uint32_t customer) { return whole.contains(customer); });
  const uint64_t before = engine::info(work.columns).events;
  work.columns = TRY(engine::remove(work.columns, removal, shared_.background, stop));
  if (engine::info(work.columns).events != before) {
    work.tallies_exact = false;
    work.rows_since_save += before - engine::info(work.columns).events;
  }
  return read_again(work, elsewhere, stop);
}

/// Customers of the store, and those that the columns have their identities for, ascending.
std::vector<uint32_t> Live::where_they_stand(const Work& work, const std::vector<uint32_t>& customers) {
  std::vector<uint32_t> out = customers;
  for (const uint32_t customer : customers)
    for (const uint32_t identity : work.store->identities_of(customer)) out.push_back(linked(work.customer_of, identity));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// Gives the customers exactly the rows that the store has up to work.as_of for the identities that stand there by
/// work.customer_of. False where there are too many.
Result<bool> Live::read_again(Work& work, const std::vector<uint32_t>& customers, std::stop_token stop) {
  if (customers.empty()) return true;
  const std::unordered_set<uint32_t> wanted(customers.begin(), customers.end());
  std::vector<uint32_t> identities;
  for (const uint32_t customer : wanted)
    if (linked(work.customer_of, customer) == customer) identities.push_back(customer);
  for (uint32_t i = 1; i < work.customer_of.size(); ++i)
    if (work.customer_of[i] != 0 && wanted.contains(work.customer_of[i])) identities.push_back(i);
  if (identities.size() > 2 * read_again_max) return false;
  std::ranges::sort(identities);
  engine::RowBatch rows;
  TRY(work.store->scan_identities(identities, work.as_of, wanted_of(*work.store, work.table),
                                  [&](EventColumns&& chunk) -> Result<void> {
                                    if (chunk.size() == 0) return {};
                                    auto classes = work.table.derive(chunk);
                                    place(work.customer_of, chunk);
                                    add_chunk(rows, std::move(chunk), std::move(classes), work.attributes);
                                    return {};
                                  },
                                  stop));
  even_out(rows);
  work.columns = TRY(engine::replace_customers(work.columns, customers, rows, shared_.background, stop));
  work.rows_since_save += rows.size();
  return true;
}

/// Identities belong to other customers: rows move with whole customers, and are read again where a customer was dealt out anew.
/// The order within the list may be given up, for what is read again is placed as the whole list has it: every customer that such
/// a change has touched, and those into which it went since. Doing it twice, or over a state that is ahead of the list, ends the
/// same: whoever was dealt out is read anew by the last that was told of his identities. False where all must be read.
Result<bool> Live::relink(Work& work, const std::vector<events::Relinked>& relinked, std::stop_token stop) {
  if (relinked.empty()) return true;
  std::unordered_map<uint32_t, uint32_t> into;
  std::unordered_set<uint32_t> anew;
  for (const auto& news : relinked) {
    for (const auto& [from, to] : news.merged) into[from] = to;
    anew.insert(news.dealt_anew.begin(), news.dealt_anew.end());
    note_links(work.customer_of, news.moved);
  }
  std::vector<uint32_t> again(anew.begin(), anew.end());
  for (size_t i = 0; i < again.size(); ++i)
    if (const auto next = into.find(again[i]); next != into.end() && anew.insert(next->second).second) again.push_back(next->second);
  const std::vector<std::pair<uint32_t, uint32_t>> moves(into.begin(), into.end());
  work.columns = TRY(engine::move_customers(work.columns, moves, shared_.background, stop));
  if (!TRY(read_again(work, again, stop))) return false;
  work.rows_since_save += moves.size();
  return true;
}

/// Columns of a file follow the store's links of now. False where all must be read.
Result<bool> Live::settle_links(Work& work, std::stop_token stop) {
  const auto links = work.store->links();
  std::vector<uint32_t> now;
  note_links(now, links);
  now.resize(std::max(now.size(), work.customer_of.size()), 0);
  work.customer_of.resize(now.size(), 0);
  std::unordered_set<uint32_t> touched;
  for (uint32_t i = 1; i < now.size(); ++i) {
    if (now[i] == work.customer_of[i]) continue;
    touched.insert({now[i] ? now[i] : i, work.customer_of[i] ? work.customer_of[i] : i});
    if (touched.size() > read_again_max) return false;
  }
  work.customer_of = std::move(now);
  return read_again(work, {touched.begin(), touched.end()}, stop);
}

/// Adds the rows of customers whose restriction ended; what came in after `as_of` comes with the next append. They may be there
/// already, where this is tried again: their rows are exactly these. False where all must be read.
Result<bool> Live::give_back(Work& work, const std::vector<events::Returned>& returned, std::stop_token stop) {
  if (returned.empty()) return true;
  std::vector<uint32_t> customers;
  for (const auto& r : returned)
    for (const uint32_t customer : r.customers) customers.push_back(work.store->customer_of(customer));
  work.tallies_exact = false;
  return read_again(work, where_they_stand(work, customers), stop);
}

}  // namespace lotse::analysis::detail
