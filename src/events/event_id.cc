#include "events/event_id.h"

#include <string>

namespace lotse::events {

EventId message_id(std::string_view source, std::string_view message) {
  std::string bytes;
  bytes.reserve(source.size() + message.size() + 2);
  bytes += 'm';  // a row's hash never begins so
  bytes += source;
  bytes += '\0';
  bytes += message;
  return hash_bytes(bytes);
}

}  // namespace lotse::events
