#pragma once
#include <vector>

#include "analysis/detail/classes.h"
#include "engine/columns.h"
#include "events/event_store.h"

/// What the store gives → what the engine takes.
namespace lotse::analysis::detail {

/// The attributes that columns and classes need; all others would only fill each chunk with zeros.
std::vector<uint32_t> wanted_of(const events::EventStore& store, const ClassTable& table);

/// Adds one chunk to the batch; columns that it lacks are filled with "no value". `attributes`: number of each column, new ones added.
void add_chunk(engine::RowBatch& batch, EventColumns&& chunk, std::vector<uint32_t>&& classes, std::vector<uint32_t>& attributes);

/// After the last chunk: all columns get the same length.
void even_out(engine::RowBatch& batch);

}  // namespace lotse::analysis::detail
