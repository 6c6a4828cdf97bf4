#pragma once
#include <optional>
#include <unordered_map>

#include "events/event_store.h"
#include "outbound/types.h"
#include "privacy/consents.h"

namespace lotse::outbound {

/// Whether a customer may be in a delivery for a purpose: one of its identities granted it, and none denied it. Without a purpose
/// everybody may. Asked at the moment of delivery; remembers its answers, so one stands for one delivery. One thread at a time.
class ConsentGate {
 public:
  ConsentGate(privacy::Consents& consents, const events::EventStore& store, const WorkspaceId& workspace, std::optional<DeliveryPurpose> purpose)
      : consents_(consents), store_(store), workspace_(workspace), purpose_(purpose) {}
  Result<bool> lets(uint32_t customer);
  uint64_t left_out() const { return left_out_; }  ///< customers

 private:
  privacy::Consents& consents_;
  const events::EventStore& store_;
  const WorkspaceId workspace_;
  const std::optional<DeliveryPurpose> purpose_;
  std::unordered_map<uint32_t, bool> known_;
  uint64_t left_out_ = 0;
};

}  // namespace lotse::outbound
