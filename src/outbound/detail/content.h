#pragma once
#include <filesystem>
#include <span>
#include <stop_token>

#include "analysis/analysis.h"
#include "events/stores.h"
#include "outbound/consent_gate.h"
#include "outbound/types.h"
#include "privacy/vault.h"

/// The files of deliveries: values in, a file out.
namespace lotse::outbound::detail {

struct Order {
  const Viewer& viewer;
  const DeliveryWhat& what;
  std::filesystem::path file;
  const events::DuckStore& store;
  privacy::Vault& vault;
  analysis::Analysis& analysis;
  analysis::CustomerNames& names;
  ConsentGate& gate;
  uint64_t after = 0, up_to = 0;                ///< arrivals: events; customers with an event of these
  const std::vector<uint32_t>& attributes;      ///< events, customers: their columns
  std::stop_token stop;
};

/// A customer as the receiver calls it: the pseudonym, or the identifier where that is ordered.
Result<std::string> name_of(const Order& order, uint32_t customer);

/// Imported attributes that a file of this content has a column for, now.
std::vector<uint32_t> attributes_of(const events::DuckStore& store, const DeliveryWhat& what);

/// Each writes `order.file` and gives its rows.
///   errors  disk_full, file_not_writable, cancelled, those of store, analysis and vault
Result<uint64_t> write_events(const Order& order);
/// `customers` ascending: with first and last contact and the last value of each attribute, as of `up_to`.
Result<uint64_t> write_customers(const Order& order, const std::vector<uint32_t>& customers);
Result<uint64_t> write_result(const Order& order);
/// `changes`: with a column that says who entered and who left.
Result<uint64_t> write_audience(const Order& order, std::span<const uint32_t> entered, std::span<const uint32_t> left, bool changes);

}  // namespace lotse::outbound::detail
