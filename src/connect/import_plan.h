#pragma once
#include <stop_token>

#include "connect/import_run.h"
#include "formats/timestamp.h"
#include "hub/intake.h"

namespace lotse::connect {

/// A mapping, resolved against a file: which column is what, and how its cells are read. Immutable while rows run.
struct ImportPlan {
  static constexpr size_t none = SIZE_MAX;
  formats::TableOptions table;
  std::vector<std::string> first_columns;  ///< columns that the mapping names
  size_t customer = none, instance_key = none, type = none, time = none, time_of_day = none, channel = none, source = none, direction = none, unit = none, cost = none;
  bool customer_is_instance = false;
  std::vector<hub::IntakeAttribute> attributes;
  std::vector<size_t> attribute_columns;
  identity::Kind customer_kind = identity::Kind::customer;
  std::vector<identity::Kind> identifier_kinds;  ///< of further identifiers of a row's customer
  std::vector<size_t> identifier_columns;
  std::vector<std::pair<size_t, privacy::Purpose>> consents;  ///< columns that say what the customer consented to
  std::optional<formats::StampReader> stamps;
  bool serial_days = false;  ///< a workbook's: days by number are times, too
  char decimal_mark = '.';
  bool us_dates_assumed = false;
  std::string default_channel, default_direction, default_unit;
};

/// Looks at the file's beginning and resolves everything but the columns' places. Where slash dates could be read either
/// way there, the whole file is searched for one that decides.
///   errors  those of check_mapping and formats::detect; event_types_differ (nearly every row has a type of its own)
Result<ImportPlan> plan_import(formats::ByteFile& file, formats::OtherFormats& others, const ImportOrder& order, Micros now, std::stop_token stop = {});
/// The places, once the table is open. errors  unknown_column
Result<void> place_columns(ImportPlan& plan, const SourceMapping& mapping, const std::vector<std::string>& columns);

}  // namespace lotse::connect
