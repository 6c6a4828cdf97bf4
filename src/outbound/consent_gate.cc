#include "outbound/consent_gate.h"

namespace lotse::outbound {

Result<bool> ConsentGate::lets(uint32_t customer) {
  if (!purpose_) return true;
  if (const auto at = known_.find(customer); at != known_.end()) return at->second;
  privacy::ConsentSaid all;
  for (const uint32_t identity : store_.identities_of(customer)) {
    const auto said = TRY(consents_.said(workspace_, identity));
    all.granted |= said.granted;
    all.denied |= said.denied;
  }
  const auto bit = static_cast<uint8_t>(1u << static_cast<unsigned>(*purpose_));
  const bool may = (all.granted & bit) != 0 && (all.denied & bit) == 0;
  left_out_ += !may;
  known_.emplace(customer, may);
  return may;
}

}  // namespace lotse::outbound
