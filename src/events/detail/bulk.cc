#include "events/detail/bulk.h"

#include <fmt/format.h>

#include <chrono>

namespace lotse::events::detail {

namespace {
using Steady = std::chrono::steady_clock;
uint64_t since(Steady::time_point start) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - start).count());
}

/// What one of DuckDB's threads holds: a batch of rows, given out in chunks.
struct Local {
  RowWorker worker;
  RowBatch batch;
  std::vector<uint32_t> keep;  // rows of the batch that are new, in order
  size_t next = 0;
  bool ended = false;
  std::map<uint16_t, SourceCount> counts;
};

/// Turns row hashes into ids and notes which rows are new.
void deduplicate(BulkRun& run, Local& local) {
  RowBatch& batch = local.batch;
  const size_t n = batch.size();
  local.keep.clear();
  local.keep.reserve(n);
  constexpr size_t ahead = 16;
  std::vector<uint32_t> repeated;
  run.seen.with_room(n, [&] {
    for (size_t i = 0; i < n; ++i) {
      if (i + ahead < n) run.seen.prefetch(batch.id[i + ahead]);
      if (!run.seen.insert(batch.id[i])) repeated.push_back(static_cast<uint32_t>(i));
    }
  });
  if (!repeated.empty())
    run.repeats.with([&](auto& repeats) {
      for (const uint32_t i : repeated) batch.id[i] = occurrence_id(batch.id[i], ++repeats[batch.id[i]]);
    });
  if (run.known && run.known->size() > 0) {
    for (size_t i = 0; i < n; ++i) {
      if (i + ahead < n) run.known->prefetch(batch.id[i + ahead]);
      if (!run.known->contains(batch.id[i])) local.keep.push_back(static_cast<uint32_t>(i));
    }
    run.events_known.fetch_add(n - local.keep.size(), std::memory_order_relaxed);
  } else {
    for (size_t i = 0; i < n; ++i) local.keep.push_back(static_cast<uint32_t>(i));
  }
}

void count(BulkRun& run, Local& local) {
  const RowBatch& batch = local.batch;
  uint64_t last = 0;
  uint16_t source = 0;
  SourceCount* at = nullptr;
  for (const uint32_t i : local.keep) {
    if (!at || batch.source[i] != source) {
      source = batch.source[i];
      at = &local.counts[source];
    }
    at->add(batch.time_us[i], INT64_MIN, batch.instance_key[i] > 1);
  }
  for (const uint64_t row : batch.row) last = std::max(last, row);
  uint64_t before = run.last_row.load();
  while (before < last && !run.last_row.compare_exchange_weak(before, last)) {
  }
  run.events_new.fetch_add(local.keep.size(), std::memory_order_relaxed);
}

template <class T>
void fill(duckdb_data_chunk chunk, size_t column, const std::vector<T>& from, const uint32_t* rows, size_t n) {
  T* to = static_cast<T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column)));
  if (rows[n - 1] - rows[0] == n - 1) {
    std::memcpy(to, from.data() + rows[0], n * sizeof(T));
    return;
  }
  for (size_t i = 0; i < n; ++i) to[i] = from[rows[i]];
}

void give(const BulkRun& run, const Local& local, duckdb_data_chunk chunk, size_t begin, size_t n) {
  const RowBatch& batch = local.batch;
  const uint32_t* rows = local.keep.data() + begin;
  fill(chunk, 0, batch.row, rows, n);
  auto* ids = static_cast<duckdb_uhugeint*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1)));
  for (size_t i = 0; i < n; ++i) ids[i] = {batch.id[rows[i]].low, batch.id[rows[i]].high};
  fill(chunk, 2, batch.identity, rows, n);
  fill(chunk, 3, batch.time_us, rows, n);
  fill(chunk, 4, batch.type, rows, n);
  fill(chunk, 5, batch.source, rows, n);
  fill(chunk, 6, batch.instance_key, rows, n);
  fill(chunk, 7, batch.channel, rows, n);
  fill(chunk, 8, batch.direction, rows, n);
  fill(chunk, 9, batch.unit, rows, n);
  fill(chunk, 10, batch.cost, rows, n);
  duckdb_vector cost = duckdb_data_chunk_get_vector(chunk, 10);
  uint64_t* valid = nullptr;
  for (size_t i = 0; i < n; ++i) {
    if (!std::isnan(batch.cost[rows[i]])) continue;
    if (!valid) {
      duckdb_vector_ensure_validity_writable(cost);
      valid = duckdb_vector_get_validity(cost);
    }
    duckdb_validity_set_row_invalid(valid, i);
  }
  for (size_t a = 0; a < run.attributes.size(); ++a) {
    fill(chunk, 11 + 2 * a, batch.codes[a], rows, n);
    duckdb_vector texts = duckdb_data_chunk_get_vector(chunk, 12 + 2 * a);
    duckdb_vector_ensure_validity_writable(texts);
    uint64_t* has_text = duckdb_vector_get_validity(texts);
    std::memset(has_text, 0, (n + 63) / 64 * 8);
    if (batch.texts[a].empty()) continue;
    for (size_t i = 0; i < n; ++i) {
      const std::string_view text = batch.texts[a][rows[i]];
      if (text.empty()) continue;
      duckdb_vector_assign_string_element_len(texts, i, text.data(), text.size());
      duckdb_validity_set_row_valid(has_text, i);
    }
  }
}

void next_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& run = *static_cast<BulkRun*>(duckdb_function_get_init_data(info));
  auto& local = **static_cast<std::unique_ptr<Local>*>(duckdb_function_get_local_init_data(info));
  const auto start = Steady::now();
  const auto fail = [&](Error error) {
    duckdb_function_set_error(info, error.code.c_str());
    run.error.with([&](auto& first) {
      if (!first) first = std::move(error);
    });
  };
  try {
    while (local.next >= local.keep.size() && !local.ended) {
      if (run.stop.stop_requested()) return fail(Error::make(ErrorKind::cancelled, "cancelled", "the import was stopped"));
      if (auto room = run.room(); !room) return fail(std::move(room.error()));
      auto more = local.worker(local.batch);
      if (!more) return fail(std::move(more.error()));
      local.next = 0;
      local.keep.clear();
      if (!*more) {
        local.ended = true;
        run.counts.with([&](auto& all) {
          for (const auto& [source, n] : local.counts) all.sources[source].add(n);
        });
        break;
      }
      const auto before = Steady::now();
      deduplicate(run, local);
      count(run, local);
      run.deduplicate_ns.fetch_add(since(before), std::memory_order_relaxed);
    }
    const size_t n = std::min<size_t>(local.keep.size() - local.next, duckdb_vector_size());
    if (n > 0) give(run, local, chunk, local.next, n);
    local.next += n;
    duckdb_data_chunk_set_size(chunk, n);
  } catch (const std::exception& e) {
    fail(Error::make(ErrorKind::internal, "store_failed", e.what()));
  }
  run.own_ns.fetch_add(since(start), std::memory_order_relaxed);
}

void bind(duckdb_bind_info info) {
  duckdb_value address = duckdb_bind_get_parameter(info, 0);
  auto* run = reinterpret_cast<BulkRun*>(duckdb_get_uint64(address));
  duckdb_destroy_value(&address);
  duckdb_bind_set_bind_data(info, run, [](void*) {});
  const auto column = [&](const char* name, duckdb_type type) {
    duckdb_logical_type logical = duckdb_create_logical_type(type);
    duckdb_bind_add_result_column(info, name, logical);
    duckdb_destroy_logical_type(&logical);
  };
  column("row", DUCKDB_TYPE_UBIGINT);
  column("id", DUCKDB_TYPE_UHUGEINT);
  column("identity", DUCKDB_TYPE_UINTEGER);
  column("time_us", DUCKDB_TYPE_BIGINT);
  column("type", DUCKDB_TYPE_UINTEGER);
  column("source", DUCKDB_TYPE_USMALLINT);
  for (const char* name : {"instance_key", "channel", "direction", "unit"}) column(name, DUCKDB_TYPE_UINTEGER);
  column("cost", DUCKDB_TYPE_DOUBLE);
  for (const uint32_t a : run->attributes) {
    column(code_column(a).c_str(), DUCKDB_TYPE_UINTEGER);
    column(text_column(a).c_str(), DUCKDB_TYPE_VARCHAR);
  }
  duckdb_bind_set_cardinality(info, run->rows.rows_expected, false);
}

void init(duckdb_init_info info) {
  duckdb_init_set_init_data(info, duckdb_init_get_bind_data(info), [](void*) {});
  duckdb_init_set_max_threads(info, 64);
}

void init_local(duckdb_init_info info) {
  auto& run = *static_cast<BulkRun*>(duckdb_init_get_bind_data(info));
  auto local = std::make_unique<Local>();
  local->worker = run.rows.worker();
  duckdb_init_set_init_data(info, new std::unique_ptr<Local>(std::move(local)),
                            [](void* p) { delete static_cast<std::unique_ptr<Local>*>(p); });
}
}  // namespace

Result<void> register_import_rows(Connection& connection) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, "import_rows");
  duckdb_logical_type address = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
  duckdb_table_function_add_parameter(function, address);
  duckdb_destroy_logical_type(&address);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_local_init(function, init_local);
  duckdb_table_function_set_function(function, next_rows);
  const auto done = duckdb_register_table_function(connection.handle(), function);
  duckdb_destroy_table_function(&function);
  if (done != DuckDBSuccess) return Error::make(ErrorKind::internal, "store_failed", "DuckDB does not take the table function");
  return {};
}

std::string part_columns(const std::vector<uint32_t>& attributes) {
  std::string out =
      "row UBIGINT NOT NULL, id UHUGEINT NOT NULL, identity UINTEGER NOT NULL, time_us BIGINT NOT NULL, type UINTEGER NOT NULL, "
      "source USMALLINT NOT NULL, instance_key UINTEGER NOT NULL, channel UINTEGER NOT NULL, direction UINTEGER NOT NULL, "
      "unit UINTEGER NOT NULL, cost DOUBLE";
  for (const uint32_t a : attributes) out += fmt::format(", {} UINTEGER NOT NULL, {} VARCHAR", code_column(a), text_column(a));
  return out;
}

}  // namespace lotse::events::detail
