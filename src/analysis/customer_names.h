#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/viewer.h"

namespace lotse::analysis {

/// Customer numbers ↔ what people may see of them. The identity vault stands behind it; made by the composition root.
/// Threads: any.
class CustomerNames {
 public:
  virtual ~CustomerNames() = default;

  /// The pseudonyms (cu_…) of customer numbers, in their order.
  virtual Result<std::vector<std::string>> pseudonyms(const WorkspaceId& workspace,
                                                      std::span<const uint32_t> customers) = 0;
  /// None where no customer of the workspace has it.
  virtual Result<std::optional<uint32_t>> customer_of(const WorkspaceId& workspace, std::string_view pseudonym) = 0;
  /// The number of the identity that an identifier of any kind names; asked only for viewers with Right::see_identifiers.
  virtual Result<std::optional<uint32_t>> identity_of(const Viewer& viewer, std::string_view identifier) = 0;
  /// Which of the customers, in their order, agreed to a purpose (analytics, personalisation, contact) with one identity at
  /// least and refused it with none; and which refused it.
  ///   errors  unknown_purpose
  struct Consent {
    bool granted = false, denied = false;
  };
  virtual Result<std::vector<Consent>> consents(const WorkspaceId& workspace, std::span<const uint32_t> customers, std::string_view purpose) = 0;
  /// The original identifier; asked only for viewers with Right::see_identifiers.
  virtual Result<std::optional<std::string>> identifier(const Viewer& viewer, uint32_t customer) = 0;
};

}  // namespace lotse::analysis
