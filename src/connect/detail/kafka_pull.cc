#include <algorithm>
#include <charconv>

#include "connect/detail/pull.h"
#include "net/kafka.h"

/// Messages of a topic as rows. A place holds the next offset of each partition; it is ours alone, nothing is committed at the
/// brokers: so the place moves on with the events and never before.
namespace lotse::connect::detail {

namespace {
using formats::RecordFields;

/// One message's fields: what its JSON says, and where it stood, for messages that are alike.
Result<RecordFields> fields_of(const net::KafkaMessage& message, KafkaFormat format) {
  RecordFields out;
  const auto header = [&](std::string_view name) -> const std::string* {
    for (const auto& [known, value] : message.headers)
      if (known == name) return &value;
    return nullptr;
  };
  const std::string* kind = header("content-type");
  const bool structured = kind && kind->starts_with("application/cloudevents");
  // Binary mode (CloudEvents 1.0, Kafka binding): attributes are headers with ce_, the value is the data.
  const bool binary = format == KafkaFormat::cloud_events && !structured && header("ce_specversion");
  const std::string prefix = binary ? "data." : "";
  if (binary)
    for (const auto& [name, value] : message.headers)
      if (name.starts_with("ce_")) out.emplace_back(name.substr(3), value);
  if (!message.value.empty())
    TRY(formats::json_records(message.value, "", [&](RecordFields&& fields) -> Result<void> {
      for (auto& [name, value] : fields) out.emplace_back(prefix + name, std::move(value));
      return {};
    }));
  if (!message.key.empty()) out.emplace_back("kafka.key", message.key);
  if (message.time_ms > 0) out.emplace_back("kafka.time", iso_utc(Micros{message.time_ms * 1000}));
  out.emplace_back("kafka.partition", std::to_string(message.partition));
  out.emplace_back("kafka.offset", std::to_string(message.offset));
  return out;
}

class KafkaPull : public Pull {
 public:
  KafkaPull(const PullOrder& order, std::unique_ptr<net::KafkaReader> reader) : format_(order.settings.kafka->format), preview_(order.preview), reader_(std::move(reader)) {}

  Result<std::optional<Batch>> next() override {
    if (failed_) return *failed_;
    if (over_) return std::optional<Batch>();
    Batch batch;
    batch.name = "Kafka";
    if (std::exchange(first_, false) && reader_->gone() > 0) batch.notes.push_back("messages_gone");
    while (!batch.portion.full()) {
      auto message = reader_->next();
      if (!message) {
        if (batch.portion.rows() == 0 || message.error().kind == ErrorKind::cancelled) return message.error();
        failed_ = message.error();
        break;
      }
      if (!*message) {
        over_ = true;
        break;
      }
      auto fields = fields_of(**message, format_);
      // One that is no JSON would stop the topic for ever: it becomes a row without who and what, and so stands in the list of
      // rejected rows.
      if (!fields) {
        fields = RecordFields{{"kafka.partition", std::to_string((*message)->partition)}, {"kafka.offset", std::to_string((*message)->offset)}};
        if (std::ranges::find(batch.notes, "messages_unreadable") == batch.notes.end()) batch.notes.push_back("messages_unreadable");
      }
      batch.portion.add(std::move(*fields));
      if (preview_ && batch.portion.rows() == 200) break;
    }
    batch.place = nlohmann::json::object();
    for (const auto& [partition, offset] : reader_->offsets()) batch.place["offsets"][std::to_string(partition)] = offset;
    return std::optional(std::move(batch));
  }
  std::optional<std::string> behind() const override { return std::to_string(reader_->behind()); }

 private:
  const KafkaFormat format_;
  const bool preview_;
  std::unique_ptr<net::KafkaReader> reader_;
  std::optional<Error> failed_;
  bool over_ = false, first_ = true;
};
}  // namespace

Result<std::unique_ptr<Pull>> open_kafka(const PullOrder& order) {
  const KafkaSettings& settings = *order.settings.kafka;
  net::KafkaTopic topic{.brokers = settings.brokers, .topic = settings.topic, .mechanism = settings.mechanism, .user = settings.user, .password = order.secret};
  switch (settings.security) {
    case KafkaSecurity::plain: topic.protocol = net::KafkaProtocol::plain; break;
    case KafkaSecurity::tls: topic.protocol = net::KafkaProtocol::tls; break;
    case KafkaSecurity::sasl_tls: topic.protocol = net::KafkaProtocol::sasl_tls; break;
    case KafkaSecurity::sasl_plain: topic.protocol = net::KafkaProtocol::sasl_plain; break;
  }
  net::KafkaOffsets offsets;
  if (order.place.contains("offsets"))
    for (const auto& [partition, offset] : order.place["offsets"].items()) {
      int32_t number = 0;
      if (std::from_chars(partition.data(), partition.data() + partition.size(), number).ec == std::errc{}) offsets[number] = offset.get<int64_t>();
    }
  return std::make_unique<KafkaPull>(order, TRY(net::KafkaReader::open(topic, offsets, order.allowed, order.stop)));
}

}  // namespace lotse::connect::detail
