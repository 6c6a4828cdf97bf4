#pragma once
#include <cstdint>
#include <string_view>

#include "demo/rng.h"

/// Open answers: what people write, in German and in English.
namespace lotse::demo {

enum class About : uint8_t { relation, price, connection_in_time, connection_late, visit_announced, visit_unannounced, complaint };
enum class Mood : uint8_t { good, fair, bad };

/// The number of a fitting comment; 0 where none fits.
uint16_t draw_comment(Rng& rng, About about, Mood mood, bool english);
/// Its text; empty for 0.
std::string_view comment_text(uint16_t number);

}  // namespace lotse::demo
