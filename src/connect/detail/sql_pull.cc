#include <algorithm>

#include "connect/detail/pull.h"
#include "db/source_query.h"

/// Rows of a query in the order of its watermark. The next run begins with the greatest value itself: rows that share it may have
/// come later, and those that are there already are recognised.
namespace lotse::connect::detail {

namespace {
class SqlPull : public Pull {
 public:
  SqlPull(const PullOrder& order, std::unique_ptr<db::SourceRows> rows, std::string since)
      : settings_(*order.settings.sql), preview_(order.preview), rows_(std::move(rows)), since_(std::move(since)) {}

  Result<void> find_watermark() {
    if (settings_.watermark.empty()) return {};
    const auto at = std::ranges::find(rows_->columns(), settings_.watermark);
    // PostgreSQL refuses the query itself; a result without any row names no columns there.
    if (at == rows_->columns().end()) return Error::invalid("source_column_gone", "", "the query gives no column \"" + settings_.watermark + "\"");
    watermark_ = static_cast<size_t>(at - rows_->columns().begin());
    return {};
  }

  Result<std::optional<Batch>> next() override {
    if (failed_) return *failed_;
    if (over_) return std::optional<Batch>();
    Batch batch;
    batch.name = "SQL";
    batch.fixed_columns = true;
    batch.portion.expect(rows_->columns());
    std::vector<std::optional<std::string>> cells;
    while (!batch.portion.full()) {
      auto more = rows_->next(cells);
      if (!more) {
        // What came in whole stands: the next run goes on behind it.
        if (batch.portion.rows() == 0 || more.error().kind == ErrorKind::cancelled) return more.error();
        failed_ = more.error();
        break;
      }
      if (!*more) {
        over_ = true;
        break;
      }
      formats::RecordFields fields;
      for (size_t c = 0; c < cells.size(); ++c)
        if (cells[c] && !cells[c]->empty()) fields.emplace_back(rows_->columns()[c], *cells[c]);
      if (watermark_ && cells[*watermark_]) since_ = *cells[*watermark_];
      batch.portion.add(std::move(fields));
      if (preview_ && batch.portion.rows() == 500) break;
    }
    batch.place = nlohmann::json::object();
    // Without a watermark all rows are read each time: a run that broke off begins anew.
    if (watermark_ && !since_.empty()) batch.place["since"] = since_;
    return std::optional(std::move(batch));
  }

 private:
  const SqlSettings& settings_;
  const bool preview_;
  std::unique_ptr<db::SourceRows> rows_;
  std::string since_;
  std::optional<size_t> watermark_;
  std::optional<Error> failed_;
  bool over_ = false;
};

db::SourceTls tls_of(SqlTls tls) {
  return tls == SqlTls::verified ? db::SourceTls::verified : tls == SqlTls::required ? db::SourceTls::required : db::SourceTls::preferred;
}
}  // namespace

Result<std::unique_ptr<Pull>> open_sql(ConnectorKind kind, const PullOrder& order) {
  const SqlSettings& settings = *order.settings.sql;
  db::SourceDatabase database;
  database.engine = kind == ConnectorKind::postgresql ? db::SourceEngine::postgresql : db::SourceEngine::mariadb;
  database.host = settings.host;
  auto addresses = net::resolve(settings.host, order.allowed);
  if (!addresses) {
    addresses.error().field = "/settings/sql/host";
    return addresses.error();
  }
  database.addresses = std::move(*addresses);
  database.port = static_cast<int>(settings.port);
  database.database = settings.database;
  database.user = settings.user;
  database.password = order.secret;
  database.tls = tls_of(settings.tls);
  database.check_peer = [&allowed = order.allowed, host = settings.host](int socket) { return net::check_peer(socket, host, allowed); };
  db::SourceSelect select{.query = settings.query, .watermark = settings.watermark, .from = settings.watermark_start};
  while (!select.query.empty() && (std::isspace(static_cast<unsigned char>(select.query.back())) || select.query.back() == ';')) select.query.pop_back();
  std::string since = order.place.value("since", std::string());
  if (!since.empty()) select.from = earlier(since, settings.overlap_minutes);
  if (order.preview) select.rows_max = 501;
  auto pull = std::make_unique<SqlPull>(order, TRY(db::SourceRows::open(database, select, order.stop)), std::move(since));
  TRY(pull->find_watermark());
  return pull;
}

}  // namespace lotse::connect::detail
