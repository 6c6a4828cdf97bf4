#include "net/testing/kafka_cluster.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace lotse::net::testing {

struct KafkaCluster::State {
  rd_kafka_t *owner = nullptr, *sender = nullptr;
  rd_kafka_mock_cluster_t* cluster = nullptr;
};

KafkaCluster::KafkaCluster() : state_(std::make_unique<State>()) {
  char text[256];
  state_->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
  state_->cluster = rd_kafka_mock_cluster_new(state_->owner, 1);
  rd_kafka_mock_topic_create(state_->cluster, "orders", 2, 1);
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), text, sizeof text);
  state_->sender = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
}
KafkaCluster::~KafkaCluster() {
  rd_kafka_destroy(state_->sender);
  rd_kafka_mock_cluster_destroy(state_->cluster);
  rd_kafka_destroy(state_->owner);
}
std::string KafkaCluster::brokers() const { return rd_kafka_mock_cluster_bootstraps(state_->cluster); }
bool KafkaCluster::send(int partition, const std::string& value, const std::vector<std::pair<std::string, std::string>>& headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const auto& [name, text] : headers) rd_kafka_header_add(list, name.c_str(), -1, text.data(), static_cast<ssize_t>(text.size()));
  const auto sent = rd_kafka_producev(state_->sender, RD_KAFKA_V_TOPIC("orders"), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(list), RD_KAFKA_V_END);
  return sent == RD_KAFKA_RESP_ERR_NO_ERROR && rd_kafka_flush(state_->sender, 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace lotse::net::testing
