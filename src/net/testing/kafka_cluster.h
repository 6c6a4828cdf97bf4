#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lotse::net::testing {

/// librdkafka's own cluster in this process, spoken to over its protocol on 127.0.0.1, with the topic "orders" of two partitions.
class KafkaCluster {
 public:
  KafkaCluster();
  ~KafkaCluster();
  std::string brokers() const;
  /// True once the cluster has it.
  bool send(int partition, const std::string& value, const std::vector<std::pair<std::string, std::string>>& headers = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lotse::net::testing
