#pragma once
#include <cstdint>

#include "identity/kinds.h"

namespace lotse::identity {

/// How a source says that two identifiers are one person's.
enum class Said : uint8_t { identify, alias, traits, event, import };
constexpr auto describe(Said) {
  return json_enum("IdentityEvidence", value(Said::identify, "identify"), value(Said::alias, "alias"), value(Said::traits, "traits"),
                   value(Said::event, "event"), value(Said::import, "import"));
}

/// One statement that two identities are the same customer's. `a` and `b` differ; their order means nothing.
struct Evidence {
  uint32_t a = 0, b = 0;       ///< identity_no of the vault, from 1
  Kind kind_a = Kind::customer, kind_b = Kind::customer;
  Said said = Said::event;
  uint8_t place = 0;           ///< among the identifiers that one event names
  uint16_t source = 0;         ///< code
  uint32_t part = 0;           ///< 0: a live event; else the number of an import, with which the evidence goes
  int64_t time_us = 0;         ///< of the first event that says so
  uint64_t event = 0;          ///< likewise: bits of its id
  bool blocked_a = false, blocked_b = false;  ///< the value stands on the list of those that are never unique; not kept
};

}  // namespace lotse::identity
