#include <fmt/format.h>

#include "base/secret.h"
#include "connect/detail/pull.h"
#include "formats/detect.h"
#include "net/http.h"

/// Pages of an interface, in their order. A place names the page to read next, and the greatest value seen so far of the field
/// that asks for newer records: it is asked for only when all pages are in, for their records need not stand in its order.
namespace lotse::connect::detail {

namespace {
constexpr uint64_t answer_bytes_max = uint64_t{256} << 20;
constexpr size_t pages_max = 100'000;

Error answered(const net::HttpAnswer& answer) {
  const std::string detail = fmt::format("HTTP {}", answer.status);
  switch (answer.status) {
    case 401:
    case 403: return Error::invalid("source_unauthorized", "", detail);
    case 404:
    case 410: return Error::invalid("source_not_there", "", detail);
    default: break;
  }
  if (answer.status == 429 || answer.status == 408 || answer.status >= 500) {
    const auto wait = answer.header("retry-after");
    const bool seconds = wait && !wait->empty() && wait->size() < 7 && wait->find_first_not_of("0123456789") == std::string::npos;
    return Error::make(ErrorKind::unavailable, "source_unavailable", seconds ? detail + ", Retry-After: " + *wait : detail);
  }
  return Error::invalid("source_answered", "", detail);
}

class HttpPull : public Pull {
 public:
  explicit HttpPull(const PullOrder& order) : order_(order), settings_(*order.settings.http) {
    const auto text = [&](const char* name) { return order.place.value(name, std::string()); };
    since_ = text("since");
    greatest_ = text("greatest");
    page_ = order.place.contains("page") ? order.place["page"] : nlohmann::json();
    resumed_ = !page_.is_null();
    if (since_.empty()) since_ = settings_.since_start;
  }

  Result<std::optional<Batch>> next() override {
    if (failed_) return *failed_;
    if (over_) return std::optional<Batch>();
    Batch batch;
    batch.name = "HTTP";
    while (!over_ && !batch.portion.full()) {
      auto page = read_page(batch);
      if (!page) {
        // A place in the middle may have lapsed while the source was away: then from its first page on, nothing is stored twice.
        if (resumed_ && pages_ == 0 && page.error().kind == ErrorKind::invalid && page.error().code != "source_unauthorized" && page.error().code != "address_refused") {
          page_ = nullptr;
          greatest_.clear();
          resumed_ = false;
          continue;
        }
        if (pages_since_batch_ == 0) return page.error();
        failed_ = page.error();
        break;
      }
      if (order_.preview) break;
    }
    pages_since_batch_ = 0;
    batch.place = place();
    return std::optional(std::move(batch));
  }

 private:
  nlohmann::json place() const {
    nlohmann::json out = nlohmann::json::object();
    if (over_) {
      const std::string& newest = greatest_.empty() ? since_ : greatest_;
      if (!newest.empty()) out["since"] = newest;
      return out;
    }
    if (!since_.empty()) out["since"] = since_;
    if (!greatest_.empty()) out["greatest"] = greatest_;
    if (!page_.is_null()) out["page"] = page_;
    return out;
  }

  Result<std::string> address() const {
    std::string url = settings_.url;
    if (settings_.paging == HttpPaging::link && page_.is_string()) return page_.get<std::string>();
    if (!settings_.since_parameter.empty() && !since_.empty())
      url = TRY(net::with_parameter(url, settings_.since_parameter, earlier(since_, settings_.overlap_minutes)));
    if (!settings_.size_parameter.empty() && settings_.page_size > 0) url = TRY(net::with_parameter(url, settings_.size_parameter, std::to_string(settings_.page_size)));
    if (settings_.paging == HttpPaging::page || settings_.paging == HttpPaging::offset) {
      const int64_t first = settings_.paging == HttpPaging::page ? settings_.first_page : 0;
      url = TRY(net::with_parameter(url, settings_.page_parameter, std::to_string(page_.is_number_integer() ? page_.get<int64_t>() : first)));
    }
    if (settings_.paging == HttpPaging::cursor && page_.is_string()) url = TRY(net::with_parameter(url, settings_.page_parameter, page_.get<std::string>()));
    return url;
  }

  Result<std::vector<std::pair<std::string, std::string>>> headers() {
    std::vector<std::pair<std::string, std::string>> out;
    out.emplace_back("Accept", settings_.format == HttpFormat::csv ? "text/csv, */*;q=0.5" : "application/json, */*;q=0.5");
    switch (settings_.sign_in) {
      case HttpSignIn::none: break;
      case HttpSignIn::basic: out.emplace_back("Authorization", net::basic_authorization(settings_.user, order_.secret)); break;
      case HttpSignIn::bearer: out.emplace_back("Authorization", "Bearer " + order_.secret); break;
      case HttpSignIn::header: out.emplace_back(settings_.header_name, order_.secret); break;
      case HttpSignIn::oauth2:
        if (token_.empty()) TRY(ask_token());
        out.emplace_back("Authorization", "Bearer " + token_);
        break;
    }
    return out;
  }

  Result<void> ask_token() {
    net::HttpRequest request{.method = "POST", .url = settings_.token_url};
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"},
                       {"Authorization", net::basic_authorization(net::form_encoded(settings_.user), net::form_encoded(order_.secret))}};
    request.body = "grant_type=client_credentials";
    if (!settings_.scope.empty()) request.body += "&scope=" + net::form_encoded(settings_.scope);
    const auto answer = TRY(net::fetch(request, {.body_bytes_max = 1 << 20}, order_.allowed, order_.stop));
    // RFC 6749 answers wrong credentials with 400 as well as with 401.
    if (answer.status == 400 || answer.status == 401) return Error::invalid("source_unauthorized", "", fmt::format("token: HTTP {}", answer.status));
    if (answer.status < 200 || answer.status > 299) return answered(answer);
    auto token = TRY(formats::json_scalar(answer.body, "/access_token"));
    if (!token || token->empty()) return Error::invalid("source_unauthorized", "", "the token's answer has no access_token");
    token_ = std::move(*token);
    return {};
  }

  Result<net::HttpAnswer> ask(const std::string& url) {
    for (bool again = false;; again = true) {
      auto answer = TRY(net::fetch({.url = url, .headers = TRY(headers())}, {.body_bytes_max = answer_bytes_max}, order_.allowed, order_.stop));
      // A token may have ended in the middle of a long run.
      if (answer.status == 401 && settings_.sign_in == HttpSignIn::oauth2 && !again) {
        token_.clear();
        continue;
      }
      if (answer.status < 200 || answer.status > 299) return answered(answer);
      return answer;
    }
  }

  Result<void> read_page(Batch& batch) {
    if (order_.stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
    if (pages_ == pages_max) return Error::invalid("too_many_pages", "", std::to_string(pages_max));
    const auto answer = TRY(ask(TRY(address())));
    // One that ignores the parameter gives its first page for ever.
    const std::string mark = settings_.paging == HttpPaging::none ? std::string() : hash_of_secret(answer.body);
    Portion records;
    TRY(read_records(answer.body, records, batch));
    if (!mark.empty() && records.rows() > 0 && mark == last_page_) return Error::invalid("page_repeats", "", "two pages after each other are the same");
    TRY(go_on(answer, records.rows()));
    last_page_ = mark;
    ++pages_;
    ++pages_since_batch_;
    for (auto& row : taken_) batch.portion.add(std::move(row));
    taken_.clear();
    return {};
  }

  /// Into `taken_`; the portion counts them. The greatest value is noted only once the whole page could be read.
  Result<void> read_records(const std::string& body, Portion& counted, Batch& batch) {
    taken_.clear();
    std::string greatest = greatest_;
    const auto take = [&](formats::RecordFields&& fields) -> Result<void> {
      if (!settings_.since_field.empty())
        for (const auto& [name, value] : fields)
          if (name == settings_.since_field && !value.empty() && (greatest.empty() || compare_values(value, greatest) > 0)) greatest = value;
      counted.add({});
      taken_.push_back(std::move(fields));
      return {};
    };
    if (settings_.format == HttpFormat::json) {
      TRY(formats::json_records(body, settings_.records, take));
    } else if (settings_.format == HttpFormat::ndjson) {
      TRY(formats::ndjson_records(body, take));
    } else {
      TRY(read_csv(body, take, batch));
    }
    greatest_ = std::move(greatest);
    return {};
  }

  Result<void> read_csv(const std::string& body, const formats::TakeRecord& take, Batch& batch) {
    batch.fixed_columns = true;
    formats::MemoryFile file(body);
    const auto detected = formats::detect(file, {.format = formats::FileFormat::csv, .has_header = true});
    if (!detected && (detected.error().code == "empty_file" || detected.error().code == "no_rows")) return {};
    if (!detected) return detected.error();
    const auto table = TRY(formats::OpenTable::open(file, detected->options));
    formats::RowBlock block;
    while (TRY(table->rows().next(block))) {
      const auto& names = table->rows().columns();
      batch.portion.expect(names);
      for (size_t r = 0; r < block.row_count(); ++r) {
        formats::RecordFields fields;
        for (size_t c = 0; c < names.size(); ++c)
          if (const auto cell = block.cell(r, c); !cell.empty()) fields.emplace_back(names[c], std::string(cell));
        TRY(take(std::move(fields)));
      }
    }
    return {};
  }

  /// Which page comes next, or none.
  Result<void> go_on(const net::HttpAnswer& answer, size_t records) {
    switch (settings_.paging) {
      case HttpPaging::none: over_ = true; return {};
      case HttpPaging::page:
      case HttpPaging::offset: {
        const bool by_page = settings_.paging == HttpPaging::page;
        const int64_t now = page_.is_number_integer() ? page_.get<int64_t>() : (by_page ? settings_.first_page : 0);
        page_ = now + (by_page ? 1 : static_cast<int64_t>(records));
        over_ = records == 0 || (settings_.page_size > 0 && records < static_cast<size_t>(settings_.page_size));
        return {};
      }
      case HttpPaging::cursor: {
        const auto cursor = TRY(formats::json_scalar(answer.body, settings_.cursor_pointer));
        over_ = !cursor || cursor->empty();
        if (over_) return {};
        if (page_.is_string() && page_.get<std::string>() == *cursor) return Error::invalid("page_repeats", "", "the next page's cursor is this page's");
        page_ = *cursor;
        return {};
      }
      case HttpPaging::link: {
        const auto link = net::next_link(answer.header("link").value_or(""));
        over_ = !link;
        if (over_) return {};
        const auto url = TRY(net::joined(answer.url, *link));
        // The next page gets the secret, too: it must lie where the first one does.
        if (TRY(net::origin_of(url)) != TRY(net::origin_of(settings_.url))) return Error::invalid("page_elsewhere", "", "the next page lies on another host");
        page_ = url;
        return {};
      }
    }
    return {};
  }

  const PullOrder order_;
  const HttpSettings& settings_;
  std::string since_, greatest_, token_, last_page_;
  nlohmann::json page_;
  std::vector<formats::RecordFields> taken_;
  std::optional<Error> failed_;
  size_t pages_ = 0, pages_since_batch_ = 0;
  bool over_ = false, resumed_ = false;
};
}  // namespace

Result<std::unique_ptr<Pull>> open_http(const PullOrder& order) { return std::make_unique<HttpPull>(order); }

}  // namespace lotse::connect::detail
