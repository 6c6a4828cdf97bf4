#include "connect/export_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "access/staff.h"
#include "events/parquet_file.h"
#include "formats/csv.h"
#include "formats/log_write.h"
#include "formats/ocel.h"
#include "identity/kinds.h"

namespace lotse::connect {

namespace {

Error not_written(int why) { return Error::make(ErrorKind::unavailable, why == ENOSPC || why == EDQUOT ? "disk_full" : "file_not_writable", std::strerror(why)); }

/// A file for its owner alone. Collects small pieces.
class OutFile {
 public:
  static Result<std::unique_ptr<OutFile>> open(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return not_written(errno);
    return std::unique_ptr<OutFile>(new OutFile(file));
  }
  ~OutFile() { ::close(file_); }
  Result<void> write(std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t n = ::write(file_, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return not_written(errno);
      piece.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }
  Result<void> read_all(const formats::ByteSink& sink) {
    std::vector<char> piece(size_t{1} << 20);
    for (off_t at = 0;;) {
      const ssize_t n = ::pread(file_, piece.data(), piece.size(), at);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return not_written(errno);
      if (n == 0) return {};
      TRY(sink({piece.data(), static_cast<size_t>(n)}));
      at += n;
    }
  }
  Result<void> sync() { return ::fdatasync(file_) == 0 ? Result<void>() : not_written(errno); }

 private:
  explicit OutFile(int file) : file_(file) {}
  int file_;
};

/// What customers are called: pseudonyms, or the originals. Remembers some.
class Names {
 public:
  Names(privacy::Vault& vault, const Viewer& viewer, const ExportOrder& order) : vault_(vault), viewer_(viewer), order_(order) {}
  Result<std::string_view> name(uint32_t customer) {
    if (customer == last_ && !last_name_.empty()) return std::string_view(last_name_);
    if (const auto it = known_.find(customer); it != known_.end()) return std::string_view(it->second);
    std::string name;
    if (order_.name) name = TRY(order_.name(customer));
    else if (order_.originals)
      if (const auto original = TRY(vault_.identifier(viewer_, customer))) name = identity::shown(*original).value;
    if (name.empty()) name = vault_.pseudonym(viewer_.workspace(), customer);
    if (known_.size() < 200'000) return std::string_view(known_.emplace(customer, std::move(name)).first->second);
    last_ = customer;
    last_name_ = std::move(name);
    return std::string_view(last_name_);
  }

 private:
  privacy::Vault& vault_;
  const Viewer& viewer_;
  const ExportOrder& order_;
  std::unordered_map<uint32_t, std::string> known_;
  uint32_t last_ = 0;
  std::string last_name_;
};

/// One attribute of the workspace as the export calls it.
struct Column {
  std::string name;  // with its prefix
  bool of_customer = false;
};

}  // namespace

Result<uint64_t> run_export(const events::DuckStore& store, privacy::Vault& vault, const Viewer& viewer, const ExportOrder& order,
                            const std::function<void(double)>& progress, std::stop_token stop) {
  if (order.originals && !viewer.may(Right::see_identifiers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  const auto dictionary = store.dictionary();
  events::ExportWish wish{.from = order.from, .to = order.to, .after = order.after, .up_to = order.up_to, .attributes = order.attributes};
  wish.by_instance = order.format == ExportFormat::xes || order.format == ExportFormat::ocel_json;
  uint64_t expected = store.event_count();
  if (order.source) {
    const auto found = std::ranges::find(dictionary->sources, *order.source, &events::SourceName::id);
    if (found == dictionary->sources.end()) return Error{ErrorKind::not_found, "source_not_found", "/source", *order.source};
    wish.source = found->code;
  }
  std::vector<Column> columns;
  std::unordered_map<uint32_t, size_t> places;
  const std::vector<uint32_t> wanted = wish.attributes ? *wish.attributes : store.export_attributes(wish);
  // An account whose customers bring it along from an event on is that event's account here.
  const auto reference_place = [](uint32_t number) { return number == BuiltinAttribute::account_from_here ? BuiltinAttribute::account : number; };
  for (const uint32_t number : wanted)
    if (BuiltinAttribute::is_reference(number) && !places.contains(reference_place(number))) {
      places.emplace(reference_place(number), columns.size());
      columns.push_back({std::string(formats::reference_columns[reference_place(number) - BuiltinAttribute::account]), false});
    }
  for (const uint32_t number : wanted)
    for (const auto& a : dictionary->attributes)
      if (a.number == number && !access::hides_staff(viewer.scope(), a.id, dictionary->values[static_cast<size_t>(&a - dictionary->attributes.data())])) {
        places.emplace(number, columns.size());
        const bool of_customer = a.scope == AttributeScope::customer;
        columns.push_back({of_customer ? std::string(formats::customer_attribute_prefix) + a.name : formats::export_name(a.name), of_customer});
      }
  Names names(vault, viewer, order);

  const bool parquet = order.format == ExportFormat::parquet;
  std::unique_ptr<OutFile> file, objects;
  std::unique_ptr<events::ParquetWriter> rows;
  const std::filesystem::path objects_path = order.file.string() + ".objects";
  const formats::ByteSink sink = [&](std::string_view piece) { return file->write(piece); };
  const formats::ByteSink object_sink = [&](std::string_view piece) { return objects->write(piece); };
  formats::XesWriter xes(sink);
  formats::OcelJsonWriter ocel(sink, object_sink);
  std::string text;
  constexpr formats::CsvWriteOptions csv{.delimiter = ','};
  constexpr size_t fixed = std::size(formats::export_columns);
  std::vector<std::string_view> cells(fixed + columns.size());
  if (parquet) {
    std::vector<events::ParquetColumn> typed;
    for (const auto name : formats::export_columns)
      typed.push_back({std::string(name), name == "time" ? events::ParquetType::time : name == "cost" ? events::ParquetType::number : events::ParquetType::text});
    for (const auto& c : columns) typed.push_back({c.name});
    rows = TRY(events::ParquetWriter::open(order.file, typed));
  } else {
    file = TRY(OutFile::open(order.file));
  }
  if (order.format == ExportFormat::csv) {
    for (size_t i = 0; i < fixed; ++i) cells[i] = formats::export_columns[i];
    for (size_t i = 0; i < columns.size(); ++i) cells[fixed + i] = columns[i].name;
    formats::append_csv_row(text, cells, csv);
  } else if (order.format == ExportFormat::xes) {
    TRY(xes.begin());
  } else if (order.format == ExportFormat::ocel_json) {
    objects = TRY(OutFile::open(objects_path));
    TRY(ocel.begin());
  }
  struct Gone {
    const std::filesystem::path& path;
    ~Gone() {
      std::error_code none;
      std::filesystem::remove(path, none);
    }
  } gone{objects_path};

  uint64_t events = 0;
  std::vector<formats::WrittenAttribute> own, of_customer;
  std::vector<std::pair<size_t, std::string>> references;
  std::string customer;  // names are only good until the next is asked for
  const auto take = [&](const events::ExportedEvent& e) -> Result<void> {
    if (order.wanted && !order.wanted(e)) return {};
    customer = TRY(names.name(e.customer));
    const std::string_view key = e.key_is_customer ? std::string_view(customer) : e.instance_key;
    const std::string_view type = dictionary->types.size() >= e.type ? std::string_view(dictionary->types[e.type - 1].name) : std::string_view();
    const std::string_view source = dictionary->sources.size() >= e.source && e.source > 0 ? std::string_view(dictionary->sources[e.source - 1].name) : std::string_view();
    if (type.empty()) return {};  // it came in while the export began: the next one has it
    ++events;
    if ((events & 0xFFF) == 0) progress(expected > 0 ? std::min(0.95, static_cast<double>(events) / static_cast<double>(expected)) : 0.5);
    references.clear();
    for (const auto& [number, identity] : e.references) {
      const auto at = places.find(reference_place(number));
      // The event's own account goes before the one its customer brings along.
      if (at == places.end() || (number != reference_place(number) && std::ranges::find(e.references, BuiltinAttribute::account, &std::pair<uint32_t, uint32_t>::first) != e.references.end())) continue;
      references.emplace_back(at->second, TRY(names.name(identity)));
    }
    if (order.format == ExportFormat::csv || parquet) {
      std::fill(cells.begin(), cells.end(), std::string_view());
      const std::string time = iso_utc(e.time), cost = e.cost ? formats::plain_number(*e.cost) : std::string();
      const std::string_view first[] = {time, customer, key, type, source, e.channel, e.direction, e.unit, cost};
      std::copy(std::begin(first), std::end(first), cells.begin());
      for (const auto& [number, value] : e.attributes)
        if (const auto at = places.find(number); at != places.end()) cells[fixed + at->second] = value;
      for (const auto& [place, name] : references) cells[fixed + place] = name;
      if (parquet) {
        rows->time(0, e.time);
        for (size_t i = 1; i < cells.size(); ++i) i == 8 ? rows->number(i, e.cost) : rows->text(i, cells[i]);
        return rows->end_row();
      }
      formats::append_csv_row(text, cells, csv);
      if (text.size() < (size_t{256} << 10)) return {};
      TRY(file->write(text));
      text.clear();
      return {};
    }
    own.clear();
    of_customer.clear();
    for (const auto& [number, value] : e.attributes) {
      const auto at = places.find(number);
      if (at == places.end()) continue;
      const Column& c = columns[at->second];
      if (c.of_customer)
        of_customer.push_back({std::string_view(c.name).substr(formats::customer_attribute_prefix.size()), value});
      else
        own.push_back({c.name, value});
    }
    for (const auto& [place, name] : references) own.push_back({columns[place].name, name});
    const formats::WrittenEvent out{.customer = customer, .type = type, .instance_key = key, .time = e.time, .source = source, .channel = e.channel, .direction = e.direction,
                                    .unit = e.unit, .cost = e.cost, .attributes = own, .customer_attributes = of_customer};
    return order.format == ExportFormat::xes ? xes.event(out) : ocel.event(out);
  };
  TRY(store.export_events(wish, take, stop));
  progress(0.96);
  switch (order.format) {
    case ExportFormat::csv: TRY(file->write(text)); break;
    case ExportFormat::parquet: TRY(rows->finish(stop)); break;
    case ExportFormat::xes: TRY(xes.finish()); break;
    case ExportFormat::ocel_json: TRY(ocel.finish([&](const formats::ByteSink& to) { return objects->read_all(to); })); break;
  }
  if (file) TRY(file->sync());
  return events;
}

}  // namespace lotse::connect
