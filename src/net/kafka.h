#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "net/address.h"

/// A topic's messages, read by librdkafka. Offsets are the caller's: nothing is committed at the brokers.
namespace lotse::net {

enum class KafkaProtocol { plain, tls, sasl_tls, sasl_plain };
struct KafkaTopic {
  std::string brokers, topic;      ///< host:port, several with commas
  KafkaProtocol protocol = KafkaProtocol::tls;
  std::string mechanism, user, password;  ///< sasl
};
struct KafkaMessage {
  int32_t partition = 0;
  int64_t offset = 0, time_ms = 0;  ///< time_ms 0: none
  std::string key, value;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
};
/// The next offset to read of each partition.
using KafkaOffsets = std::map<int32_t, int64_t>;

/// One thread. Brokers that a cluster names are judged like the ones given: in the moment of connecting.
class KafkaReader {
 public:
  virtual ~KafkaReader() = default;
  /// Begins at `offsets`, partitions without one at their oldest message. What the brokers have deleted meanwhile is skipped and
  /// counted in `gone`.
  ///   errors  connect_failed, tls_failed, source_unauthorized, source_not_there (no such topic), address_refused, cancelled
  static Result<std::unique_ptr<KafkaReader>> open(const KafkaTopic& topic, const KafkaOffsets& offsets, const AllowedHosts& allowed, std::stop_token stop = {});
  /// The next message of those that were there at the beginning; none after the last.
  ///   errors  source_gone (no broker answers), source_unauthorized, cancelled
  virtual Result<std::optional<KafkaMessage>> next() = 0;
  virtual const KafkaOffsets& offsets() const = 0;  ///< behind what next() gave
  virtual uint64_t gone() const = 0;
  /// Messages that came since the beginning.
  virtual uint64_t behind() const = 0;
};

}  // namespace lotse::net
