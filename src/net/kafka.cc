#include "net/kafka.h"

#include <librdkafka/rdkafka.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>

namespace lotse::net {

namespace {
using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(30);  // for an answer of any broker
constexpr int step_ms = 200;

/// What librdkafka's own threads tell.
struct Told {
  AllowedHosts allowed;
  std::atomic<bool> refused{false}, unauthorized{false}, tls{false}, down{false};
  std::mutex mutex;
  std::string last;
};

/// "sasl_ssl://host:9092/1" → "host"
std::string host_of(std::string_view name) {
  if (const size_t scheme = name.find("://"); scheme != std::string_view::npos) name.remove_prefix(scheme + 3);
  name = name.substr(0, name.find('/'));
  if (const size_t colon = name.rfind(':'); colon != std::string_view::npos) name = name.substr(0, colon);
  return std::string(name);
}

int connect_checked(int socket, const sockaddr* address, int size, const char* id, void* opaque) {
  auto& told = *static_cast<Told*>(opaque);
  if (!is_public(*address) && !told.allowed.has(host_of(id ? id : ""))) {
    told.refused = true;
    return EACCES;
  }
  const int done = ::connect(socket, address, static_cast<socklen_t>(size));
  return done == 0 || errno == EINPROGRESS ? 0 : errno;
}
void take_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  auto& told = *static_cast<Told*>(opaque);
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION) told.unauthorized = true;
  if (code == RD_KAFKA_RESP_ERR__SSL) told.tls = true;
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) told.down = true;
  std::lock_guard lock(told.mutex);
  told.last = std::string(reason ? reason : "").substr(0, 400);
}
void drop_log(const rd_kafka_t*, int, const char*, const char*) {}  // errors come by take_error

class Reader : public KafkaReader {
 public:
  explicit Reader(std::stop_token stop) : stop_(std::move(stop)) {}
  ~Reader() override {
    if (!client_) return;
    rd_kafka_consumer_close(client_);
    rd_kafka_destroy(client_);
  }

  Result<void> connect(const KafkaTopic& topic, const AllowedHosts& allowed) {
    told_.allowed = allowed;
    topic_ = topic.topic;
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char text[512];
    std::optional<Error> bad;
    const auto set = [&](const char* name, const std::string& value) {
      if (!bad && rd_kafka_conf_set(conf, name, value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK) bad = Error::invalid("source_query_failed", "", text);
    };
    set("bootstrap.servers", topic.brokers);
    set("group.id", "lotse");  // asked for by the library; no group is joined
    set("enable.auto.commit", "false");
    set("enable.auto.offset.store", "false");
    set("enable.partition.eof", "false");
    set("auto.offset.reset", "error");
    set("isolation.level", "read_committed");
    set("allow.auto.create.topics", "false");
    set("client.id", "lotse");
    set("socket.connection.setup.timeout.ms", "10000");
    set("queued.max.messages.kbytes", "16384");
    const bool tls = topic.protocol == KafkaProtocol::tls || topic.protocol == KafkaProtocol::sasl_tls;
    const bool sasl = topic.protocol == KafkaProtocol::sasl_tls || topic.protocol == KafkaProtocol::sasl_plain;
    set("security.protocol", sasl ? (tls ? "sasl_ssl" : "sasl_plaintext") : (tls ? "ssl" : "plaintext"));
    if (tls) set("ssl.endpoint.identification.algorithm", "https");
    if (sasl) {
      set("sasl.mechanism", topic.mechanism);
      set("sasl.username", topic.user);
      set("sasl.password", topic.password);
    }
    rd_kafka_conf_set_opaque(conf, &told_);
    rd_kafka_conf_set_connect_cb(conf, &connect_checked);
    rd_kafka_conf_set_error_cb(conf, &take_error);
    rd_kafka_conf_set_log_cb(conf, &drop_log);
    if (bad) {
      rd_kafka_conf_destroy(conf);
      return *bad;
    }
    client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (!client_) {
      rd_kafka_conf_destroy(conf);
      return Error::invalid("source_query_failed", "", text);
    }
    rd_kafka_poll_set_consumer(client_);
    return {};
  }

  /// Which partitions there are, and what they hold now.
  Result<void> look(const KafkaOffsets& offsets) {
    const auto until = Clock::now() + patience;
    std::vector<int32_t> partitions;
    for (;;) {
      rd_kafka_topic_t* topic = rd_kafka_topic_new(client_, topic_.c_str(), nullptr);
      const rd_kafka_metadata_t* metadata = nullptr;
      const auto answer = rd_kafka_metadata(client_, 0, topic, &metadata, 1000);
      rd_kafka_topic_destroy(topic);
      if (answer == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const auto& t = metadata->topics[0];
        const auto failed = t.err;
        for (int p = 0; p < t.partition_cnt; ++p) partitions.push_back(t.partitions[p].id);
        rd_kafka_metadata_destroy(metadata);
        if (failed == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return Error::invalid("source_unauthorized", "", rd_kafka_err2str(failed));
        if (failed == RD_KAFKA_RESP_ERR_NO_ERROR && !partitions.empty()) break;
        if (failed != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || Clock::now() > until) return Error::invalid("source_not_there", "", topic_ + ": " + rd_kafka_err2str(failed));
      }
      rd_kafka_poll(client_, 0);
      TRY(check(until, "connect_failed"));
    }
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()));
    const std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> owned(list, &rd_kafka_topic_partition_list_destroy);
    for (const int32_t p : partitions) {
      int64_t low = 0, high = 0;
      rd_kafka_resp_err_t failed;
      while ((failed = rd_kafka_query_watermark_offsets(client_, topic_.c_str(), p, &low, &high, 1000)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (failed == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return Error::invalid("source_unauthorized", "", rd_kafka_err2str(failed));
        rd_kafka_poll(client_, 0);
        TRY(check(until, "connect_failed"));
      }
      const auto known = offsets.find(p);
      int64_t from = known == offsets.end() ? low : known->second;
      // Also a topic that was made anew has fewer messages than were read of the old one: from its first one on.
      if (from > high) from = low;
      if (from < low) {
        gone_ += static_cast<uint64_t>(low - from);
        from = low;
      }
      offsets_[p] = from;
      if (from < high) ends_[p] = high;
      rd_kafka_topic_partition_list_add(list, topic_.c_str(), p)->offset = from;
    }
    if (const auto failed = rd_kafka_assign(client_, list)) return Error::make(ErrorKind::unavailable, "source_gone", rd_kafka_err2str(failed));
    return {};
  }

  Result<std::optional<KafkaMessage>> next() override {
    const auto until = Clock::now() + patience;
    while (!ends_.empty()) {
      const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> got(rd_kafka_consumer_poll(client_, step_ms), &rd_kafka_message_destroy);
      if (!got) {
        // The last offsets of a partition may hold no message for us: marks of transactions, or compacted away.
        TRY(skip_marks());
        TRY(check(until, "source_gone"));
        continue;
      }
      if (got->err) {
        if (got->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || got->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
          return Error::make(ErrorKind::unavailable, "source_gone", rd_kafka_err2str(got->err));
        TRY(check(until, "source_gone"));
        continue;
      }
      const auto end = ends_.find(got->partition);
      offsets_[got->partition] = got->offset + 1;
      if (end == ends_.end()) {
        offsets_[got->partition] = got->offset;  // came after the beginning: the next run's
        continue;
      }
      if (got->offset >= end->second) {
        offsets_[got->partition] = end->second;
        ends_.erase(end);
        continue;
      }
      if (got->offset + 1 >= end->second) ends_.erase(end);
      return std::optional(message_of(*got));
    }
    return std::optional<KafkaMessage>();
  }
  const KafkaOffsets& offsets() const override { return offsets_; }
  uint64_t gone() const override { return gone_; }
  uint64_t behind() const override {
    uint64_t out = 0;
    for (const auto& [partition, offset] : offsets_) {
      int64_t low = 0, high = 0;
      if (rd_kafka_get_watermark_offsets(client_, topic_.c_str(), partition, &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR && high > offset) out += static_cast<uint64_t>(high - offset);
    }
    return out;
  }

 private:
  static KafkaMessage message_of(const rd_kafka_message_t& got) {
    KafkaMessage out{.partition = got.partition, .offset = got.offset};
    if (got.key) out.key.assign(static_cast<const char*>(got.key), got.key_len);
    if (got.payload) out.value.assign(static_cast<const char*>(got.payload), got.len);
    rd_kafka_timestamp_type_t type;
    const int64_t time = rd_kafka_message_timestamp(&got, &type);
    if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && time > 0) out.time_ms = time;
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&got, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* value = nullptr;
      size_t size = 0;
      for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        out.headers.emplace_back(std::move(lower), std::string(static_cast<const char*>(value), value ? size : 0));
      }
    }
    return out;
  }

  Result<void> skip_marks() {
    rd_kafka_topic_partition_list_t* list = nullptr;
    if (rd_kafka_assignment(client_, &list) != RD_KAFKA_RESP_ERR_NO_ERROR || !list) return {};
    const std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> owned(list, &rd_kafka_topic_partition_list_destroy);
    if (rd_kafka_position(client_, list) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    for (int i = 0; i < list->cnt; ++i) {
      const auto& at = list->elems[i];
      const auto end = ends_.find(at.partition);
      if (end == ends_.end() || at.offset < end->second) continue;
      offsets_[at.partition] = end->second;
      ends_.erase(end);
    }
    return {};
  }

  Result<void> check(Clock::time_point until, const char* late) {
    if (stop_.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
    std::string last;
    {
      std::lock_guard lock(told_.mutex);
      last = told_.last;
    }
    if (told_.refused) return Error::invalid("address_refused", "", "a broker lies in a private network and is not among the allowed hosts");
    if (told_.unauthorized) return Error::invalid("source_unauthorized", "", last);
    if (told_.tls) return Error::make(ErrorKind::unavailable, "tls_failed", last);
    if (told_.down.exchange(false) && ++downs_ >= 3) return Error::make(ErrorKind::unavailable, late, last);
    if (Clock::now() > until) return Error::make(ErrorKind::unavailable, late, last.empty() ? "no broker answers" : last);
    return {};
  }

  std::stop_token stop_;
  Told told_;
  rd_kafka_t* client_ = nullptr;
  std::string topic_;
  KafkaOffsets offsets_, ends_;
  uint64_t gone_ = 0;
  int downs_ = 0;
};
}  // namespace

Result<std::unique_ptr<KafkaReader>> KafkaReader::open(const KafkaTopic& topic, const KafkaOffsets& offsets, const AllowedHosts& allowed, std::stop_token stop) {
  auto reader = std::make_unique<Reader>(std::move(stop));
  TRY(reader->connect(topic, allowed));
  TRY(reader->look(offsets));
  return reader;
}

}  // namespace lotse::net
