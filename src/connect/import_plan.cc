#include "connect/import_plan.h"

#include <fmt/format.h>

#include <set>

#include "formats/log_write.h"
#include "hub/direction.h"

namespace lotse::connect {

namespace {
struct LayoutWord {
  std::string_view word;
  formats::TimeLayout layout;
};
constexpr LayoutWord layout_words[] = {
    {"iso", formats::TimeLayout::iso},           {"german", formats::TimeLayout::german},     {"day_slash", formats::TimeLayout::day_slash},
    {"us", formats::TimeLayout::us},             {"excel", formats::TimeLayout::excel_1900},  {"excel_1900", formats::TimeLayout::excel_1900},
    {"excel_1904", formats::TimeLayout::excel_1904}, {"epoch_s", formats::TimeLayout::epoch_s}, {"epoch_ms", formats::TimeLayout::epoch_ms},
    {"epoch_us", formats::TimeLayout::epoch_us}, {"epoch_ns", formats::TimeLayout::epoch_ns}};

std::string layout_word(formats::TimeLayout layout) {
  for (const auto& l : layout_words)
    if (l.layout == layout) return std::string(l.word);
  return "iso";
}

Result<formats::DetectHints> hints(const ReadOptions& options, std::string_view at) {
  formats::DetectHints out;
  const auto field = [&](std::string_view name) { return fmt::format("{}/{}", at, name); };
  if (options.format) {
    out.format = from_word<formats::FileFormat>(*options.format);
    if (!out.format) return Error::invalid("not_a_choice", field("format"), "csv, xlsx, json, parquet, xes, ocel_json, ocel_xml or ocel_sqlite is expected");
  }
  if (options.encoding) {
    out.encoding = from_word<formats::Encoding>(*options.encoding);
    if (!out.encoding) return Error::invalid("not_a_choice", field("encoding"), "utf-8, windows-1252, utf-16le or utf-16be is expected");
  }
  if (options.delimiter) {
    const std::string& d = *options.delimiter;
    if (d.size() != 1 || std::isalnum(static_cast<unsigned char>(d[0])) || static_cast<unsigned char>(d[0]) >= 128 || d[0] == '"' || d[0] == '\n' || d[0] == '\r')
      return Error::invalid("bad_delimiter", field("delimiter"), "one character that is no letter, digit or quote is expected");
    out.delimiter = d[0];
  }
  out.has_header = options.header;
  out.sheet = options.sheet;
  if (options.classifier_with_lifecycle.value_or(false)) out.xes.classifier = {"name", "lifecycle"};
  if (options.lifecycle) out.xes.lifecycle = *options.lifecycle;
  out.ocel = {options.customer_type.value_or(""), options.key_type.value_or("")};
  return out;
}

ColumnRole role_of(formats::ColumnRole role) {
  using R = formats::ColumnRole;
  switch (role) {
    case R::customer: return ColumnRole::customer;
    case R::instance_key: return ColumnRole::instance_key;
    case R::event_type: return ColumnRole::event_type;
    case R::time: return ColumnRole::time;
    case R::time_of_day: return ColumnRole::time_of_day;
    case R::channel: return ColumnRole::channel;
    case R::source: return ColumnRole::source_system;
    case R::direction: return ColumnRole::direction;
    case R::unit: return ColumnRole::unit;
    case R::cost: return ColumnRole::cost;
    case R::attribute: return ColumnRole::event_attribute;
    case R::customer_attribute: return ColumnRole::customer_attribute;
    case R::staff: return ColumnRole::ignore;  // names of staff are left out unless somebody asks for their pseudonyms
    case R::ignored: return ColumnRole::ignore;
  }
  return ColumnRole::ignore;
}

std::string kind_of(const formats::DetectedColumn& column) {
  if (column.role == formats::ColumnRole::staff) return "person";
  if (column.role == formats::ColumnRole::time_of_day) return "time_of_day";
  switch (column.kind) {
    case formats::ColumnKind::timestamp: return "time";
    case formats::ColumnKind::integer: return "integer";
    case formats::ColumnKind::decimal: return "decimal";
    case formats::ColumnKind::empty: return "empty";
    case formats::ColumnKind::text:
    case formats::ColumnKind::boolean: return "text";
  }
  return "text";
}

/// Whether slash dates of a column have the day or the month first, by the first row that can be read in one way only;
/// none where every row can be read in both.
Result<std::optional<formats::TimeLayout>> settled_slash_dates(formats::ByteFile& file, formats::OtherFormats& others, const formats::TableOptions& options,
                                                              const std::string& column, Micros now, std::stop_token stop) {
  const auto table = TRY(formats::OpenTable::open(file, options, {column}, &others));
  const auto& names = table->rows().columns();
  const auto place = static_cast<size_t>(std::ranges::find(names, column) - names.begin());
  const formats::StampReader month_first(formats::TimeLayout::us, formats::Zone::utc(), now), day_first(formats::TimeLayout::day_slash, formats::Zone::utc(), now);
  formats::RowBlock block;
  while (place < names.size() && TRY(table->rows().next(block))) {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
    for (size_t r = 0; r < block.row_count(); ++r) {
      const std::string_view text = block.cell(r, place);
      const bool month = month_first.read(text).problem == formats::StampProblem::none, day = day_first.read(text).problem == formats::StampProblem::none;
      if (month != day) return std::optional(month ? formats::TimeLayout::us : formats::TimeLayout::day_slash);
    }
  }
  return std::optional<formats::TimeLayout>();
}

/// Below this many rows a sample says nothing about how often types repeat.
constexpr uint64_t rows_to_judge_types = 1000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}
}  // namespace

Result<void> check_mapping(const SourceMapping& mapping, std::string_view at) {
  std::map<ColumnRole, size_t> count;
  std::set<std::pair<bool, std::string>> names;
  for (size_t i = 0; i < mapping.columns.size(); ++i) {
    const auto& column = mapping.columns[i];
    ++count[column.role];
    const auto field = fmt::format("{}/columns/{}", at, i);
    if (column.role == ColumnRole::event_attribute || column.role == ColumnRole::customer_attribute || column.role == ColumnRole::pseudonymise) {
      const std::string name(trimmed(column.name.value_or(column.column)));
      if (name.empty() || name.size() > 400) return Error::invalid("invalid_name", field + "/name", "a name of 1 to 100 characters is expected");
      if (!names.emplace(column.role == ColumnRole::customer_attribute, name).second)
        return Error::invalid("attribute_twice", field + "/name", fmt::format("two columns become the attribute \"{}\"", name));
    } else if (column.role != ColumnRole::ignore && column.role != ColumnRole::identifier && count[column.role] > 1) {
      return Error::invalid("role_twice", field + "/role", "two columns have this role");
    }
  }
  const std::string columns = std::string(at) + "/columns";
  if (!count[ColumnRole::customer] && !count[ColumnRole::instance_key]) return Error::invalid("no_customer_column", columns, "no column says who");
  if (!count[ColumnRole::event_type]) return Error::invalid("no_event_type_column", columns, "no column says what happened");
  if (!count[ColumnRole::time]) return Error::invalid("no_time_column", columns, "no column says when");
  if (mapping.direction && !mapping.direction->empty() && !hub::direction_word(*mapping.direction))
    return Error::invalid("not_a_choice", std::string(at) + "/direction", "by_us, by_customer, by_partner or by_machine is expected");
  if (mapping.read.time_format) {
    bool known = false;
    for (const auto& l : layout_words) known |= l.word == *mapping.read.time_format;
    if (!known) return Error::invalid("not_a_choice", std::string(at) + "/read/time_format", "iso, german, day_slash, us, excel or epoch_… is expected");
  }
  if (mapping.read.decimal && *mapping.read.decimal != "point" && *mapping.read.decimal != "comma")
    return Error::invalid("not_a_choice", std::string(at) + "/read/decimal", "point or comma is expected");
  if (mapping.read.time_zone) {
    auto zone = formats::Zone::find(*mapping.read.time_zone);
    if (!zone) return Error::invalid(zone.error().code, std::string(at) + "/read/time_zone", zone.error().detail);
  }
  TRY(hints(mapping.read, std::string(at) + "/read"));
  return {};
}

Result<ImportPlan> plan_import(formats::ByteFile& file, formats::OtherFormats& others, const ImportOrder& order, Micros now, std::stop_token stop) {
  const SourceMapping& mapping = order.mapping;
  TRY(check_mapping(mapping, "/mapping"));
  const auto detected = TRY(formats::detect(file, TRY(hints(mapping.read, "/mapping/read")), &others));
  ImportPlan plan;
  plan.table = detected.options;
  formats::TimeLayout layout = formats::TimeLayout::iso;
  for (size_t i = 0; i < mapping.columns.size(); ++i) {
    const ColumnMapping& column = mapping.columns[i];
    if (column.role == ColumnRole::event_attribute || column.role == ColumnRole::customer_attribute || column.role == ColumnRole::pseudonymise)
      plan.attributes.push_back({std::string(trimmed(column.name.value_or(column.column))),
                                 column.role == ColumnRole::customer_attribute ? AttributeScope::customer : AttributeScope::event,
                                 column.role == ColumnRole::pseudonymise});
    if (column.role != ColumnRole::ignore) plan.first_columns.push_back(column.column);
    for (const auto& seen : detected.columns) {
      if (seen.name != column.column) continue;
      if (column.role == ColumnRole::time && seen.time) {
        layout = seen.time->layout;
        plan.us_dates_assumed = seen.time->slash_ambiguous && !mapping.read.time_format;
        if (plan.us_dates_assumed)
          if (const auto settled = TRY(settled_slash_dates(file, others, plan.table, column.column, now, stop))) {
            layout = *settled;
            plan.us_dates_assumed = false;
          }
      }
      // A customer number or a free text taken for what happened: its values would fill the workspace's event types for good.
      if (column.role == ColumnRole::event_type && detected.sampled_rows >= rows_to_judge_types && seen.distinct * 10 >= detected.sampled_rows * 9)
        return Error::invalid("event_types_differ", fmt::format("/mapping/columns/{}/column", i),
                              fmt::format("{} of {} rows have a type of their own", seen.distinct, detected.sampled_rows));
      if (column.role == ColumnRole::cost) plan.decimal_mark = seen.decimal_mark;
    }
  }
  if (mapping.read.time_format)
    for (const auto& l : layout_words)
      if (l.word == *mapping.read.time_format) layout = l.layout;
  // Excel says itself which cells are dates: they come as ISO texts. Those without a date's form are days by number.
  plan.serial_days = plan.table.format == formats::FileFormat::xlsx;
  if (mapping.read.decimal) plan.decimal_mark = *mapping.read.decimal == "comma" ? ',' : '.';
  auto zone = TRY(formats::Zone::find(mapping.read.time_zone.value_or(order.time_zone)));
  plan.stamps.emplace(layout, std::move(zone), now);
  plan.default_channel = trimmed(mapping.channel.value_or(""));
  plan.default_unit = trimmed(mapping.unit.value_or(""));
  if (mapping.direction && !mapping.direction->empty()) plan.default_direction = *hub::direction_word(*mapping.direction);
  return plan;
}

Result<void> place_columns(ImportPlan& plan, const SourceMapping& mapping, const std::vector<std::string>& columns) {
  for (size_t i = 0; i < mapping.columns.size(); ++i) {
    const auto& wanted = mapping.columns[i];
    if (wanted.role == ColumnRole::ignore) continue;
    const auto it = std::ranges::find(columns, wanted.column);
    if (it == columns.end())
      return Error::invalid("unknown_column", fmt::format("/mapping/columns/{}/column", i), fmt::format("the file has no column \"{}\"", wanted.column));
    const auto place = static_cast<size_t>(it - columns.begin());
    switch (wanted.role) {
      case ColumnRole::customer: plan.customer = place; break;
      case ColumnRole::instance_key: plan.instance_key = place; break;
      case ColumnRole::event_type: plan.type = place; break;
      case ColumnRole::time: plan.time = place; break;
      case ColumnRole::time_of_day: plan.time_of_day = place; break;
      case ColumnRole::channel: plan.channel = place; break;
      case ColumnRole::source_system: plan.source = place; break;
      case ColumnRole::direction: plan.direction = place; break;
      case ColumnRole::unit: plan.unit = place; break;
      case ColumnRole::cost: plan.cost = place; break;
      case ColumnRole::event_attribute:
      case ColumnRole::customer_attribute:
      case ColumnRole::pseudonymise: plan.attribute_columns.push_back(place); break;
      case ColumnRole::identifier:
        plan.identifier_columns.push_back(place);
        plan.identifier_kinds.push_back(wanted.kind.value_or(identity::Kind::customer));
        break;
      case ColumnRole::consent_analytics: plan.consents.emplace_back(place, privacy::Purpose::analytics); break;
      case ColumnRole::consent_personalisation: plan.consents.emplace_back(place, privacy::Purpose::personalisation); break;
      case ColumnRole::consent_contact: plan.consents.emplace_back(place, privacy::Purpose::contact); break;
      case ColumnRole::ignore: break;
    }
    if (wanted.role == ColumnRole::customer) plan.customer_kind = wanted.kind.value_or(identity::Kind::customer);
  }
  // One key column is customer and instance key at once.
  if (plan.customer == ImportPlan::none) plan.customer = plan.instance_key, plan.instance_key = ImportPlan::none;
  plan.customer_is_instance = plan.instance_key == ImportPlan::none;
  return {};
}

Result<Detection> detect_file(formats::ByteFile& file, const ReadOptions& options, formats::OtherFormats* others) {
  const auto detected = TRY(formats::detect(file, TRY(hints(options, "")), others));
  Detection out;
  out.format = word(detected.options.format);
  out.compressed = detected.options.compressed;
  out.sheets = detected.sheets;
  out.header = detected.options.dialect.has_header;
  if (detected.options.format == formats::FileFormat::csv) {
    out.encoding = word(detected.options.encoding);
    out.delimiter = std::string(1, detected.options.dialect.blank_runs ? ' ' : detected.options.dialect.delimiter);
  }
  if (detected.options.format == formats::FileFormat::json) out.encoding = word(detected.options.encoding);
  if (detected.options.format == formats::FileFormat::xlsx) out.sheet = detected.options.sheet;
  if (formats::is_ocel(detected.options.format)) {
    for (const auto& type : detected.object_types) out.object_types.push_back({type.name, type.objects});
    out.customer_type = detected.options.ocel.customer_type;
    if (!detected.options.ocel.key_type.empty()) out.key_type = detected.options.ocel.key_type;
  }
  for (const auto& column : detected.columns) {
    DetectedColumn c;
    c.name = column.name;
    c.kind = kind_of(column);
    c.samples = column.samples;
    c.filled = column.filled_share;
    c.distinct = column.distinct;
    c.suggested = role_of(column.role);
    if (column.role == formats::ColumnRole::customer_attribute) c.suggested_name = column.name.substr(formats::customer_attribute_prefix.size());
    if (column.role == formats::ColumnRole::attribute && column.name.starts_with(formats::attribute_prefix) && column.name.size() > formats::attribute_prefix.size())
      c.suggested_name = column.name.substr(formats::attribute_prefix.size());
    if (const auto at = std::ranges::find(formats::reference_columns, column.name); at != std::end(formats::reference_columns)) {
      constexpr identity::Kind kinds[] = {identity::Kind::account, identity::Kind::contract, identity::Kind::order};
      c.suggested = ColumnRole::identifier;
      c.suggested_kind = kinds[at - std::begin(formats::reference_columns)];
    }
    if (column.time) c.time_format = layout_word(column.time->layout);
    if (column.role == formats::ColumnRole::time) out.time_format = c.time_format;
    if (column.kind == formats::ColumnKind::decimal && (!out.decimal || column.role == formats::ColumnRole::cost))
      out.decimal = column.decimal_mark == ',' ? "comma" : "point";
    out.columns.push_back(std::move(c));
  }
  if (options.time_format) out.time_format = options.time_format;
  if (options.decimal) out.decimal = options.decimal;
  out.preview = detected.rows;
  for (const auto& warning : detected.warnings) out.notes.push_back({warning, ""});
  if (detected.invalid_bytes > 0)
    for (auto& note : out.notes)
      if (note.code == "invalid_bytes") note.detail = std::to_string(detected.invalid_bytes);
  return out;
}

}  // namespace lotse::connect
