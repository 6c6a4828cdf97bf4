#pragma once
#include <cstdint>
#include <vector>

namespace lotse {

/// Attribute numbers that every workspace has; imported attributes follow from `first_imported`.
struct BuiltinAttribute {
  static constexpr uint32_t channel = 1, direction = 2, unit = 3, first_imported = 16;
  /// References: whose an event is besides its customer's. Their codes are identity_no of the vault, 0 none.
  /// `account_from_here` is said of the customer: its events from this one on are the account's where they name none of their own.
  static constexpr uint32_t account = 4, contract = 5, order = 6, account_from_here = 7;
  static constexpr bool is_reference(uint32_t attribute) { return attribute >= account && attribute <= account_from_here; }
};

/// Codes of one attribute, one per row of the columns it belongs to; 0 means no value.
struct AttributeCodes {
  uint32_t attribute = 0;
  std::vector<uint32_t> codes;
};

/// Events as columns of equal length, in any order. Dictionary codes and dense numbers; they never leave the process.
struct EventColumns {
  std::vector<uint32_t> identity;      ///< identity_no
  std::vector<uint32_t> customer;      ///< customer_no, derived from identity_no by the link table of the moment of reading
  std::vector<int64_t> time_us;        ///< UTC microseconds
  std::vector<uint64_t> arrival;       ///< arrival number, unique in the workspace
  std::vector<uint32_t> type;          ///< event type code
  std::vector<uint16_t> source;        ///< source code
  std::vector<uint32_t> instance_key;  ///< 0 none; 1 "the customer itself" (a log with one key column); else a code
  std::vector<AttributeCodes> attributes;
  size_t size() const { return customer.size(); }
};

}  // namespace lotse
