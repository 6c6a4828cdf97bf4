#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lotse::formats::detail {

/// What a number format makes of a cell's number.
struct NumberStyle {
  enum class Kind : uint8_t { number, date, time, date_time, duration } kind = Kind::number;
  uint8_t zeros = 0;  ///< a format of zeros only ("00000"): whole numbers are shown with so many digits
};

/// The style of a built-in format number (ECMA-376 part 1, 18.8.30).
NumberStyle builtin_style(uint32_t format_id);
/// The style of a format code like "dd.mm.yyyy hh:mm" or "[h]:mm:ss".
NumberStyle style_of_code(std::string_view code);

/// How the number is shown: ISO for dates and times. `is_stamp` tells that it names a day.
std::string show_number(double number, NumberStyle style, bool epoch_1904, bool& is_stamp);

}  // namespace lotse::formats::detail
