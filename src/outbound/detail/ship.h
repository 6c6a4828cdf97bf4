#pragma once
#include <filesystem>
#include <stop_token>
#include <string>

#include "base/time.h"
#include "net/address.h"
#include "outbound/types.h"

namespace lotse::outbound::detail {

/// One file or message on its way.
struct Parcel {
  std::string name;                ///< of the file; of a message, its number: "newsletter-000004"
  std::string key;                 ///< the same each time that it is sent: so that a receiver takes it once
  std::filesystem::path file;      ///< not of messages
  std::string_view body;           ///< of messages
  Micros now{0};                   ///< of messages: when it is signed
};

/// Nothing of this name is in the folder: asked before the first attempt, so that nobody else's file is overwritten. Later ones may find
/// their own.   errors  delivery_file_exists
Result<void> check_free(const DeliveryWhere& where, const std::string& name);
/// Gives it away. In a folder it appears under its name at once and whole, in the place of one of that name.
///   errors  folder_not_writable, disk_full; those of net::fetch; target_unauthorized, target_unavailable, target_answered
Result<void> ship(const DeliveryWhere& where, const std::string& secret, const net::AllowedHosts& allowed, const Parcel& parcel, std::stop_token stop);

/// errors  required, invalid_url, invalid_text, not_a_choice with the field below /where
Result<void> check_where(const DeliveryWhere& where);

}  // namespace lotse::outbound::detail
