#include "hub/quality.h"

#include <algorithm>
#include <array>
#include <map>
#include <ranges>

#include "hub/detail/usual_level.h"

namespace lotse::hub {
namespace {
constexpr int64_t days_min = 7, days_max = 366;
constexpr Micros latency_over{int64_t{30} * 86'400'000'000};
constexpr size_t hours_of_day = 24;
// A suspicion must rest on enough events and be clear: what follows from it is a changed setting.
constexpr uint64_t shape_events_min = 1000;
constexpr double shift_fit_min = 0.9, shift_gain_min = 0.15, midnight_share_min = 0.5;
constexpr double full_day_share = 0.5;  // of the median day, all sources together
constexpr std::string_view no_consent = "no_consent", no_customer = "no_customer";

/// What the store has of one source.
struct Course {
  std::map<Day, uint64_t> days;
  std::array<uint64_t, hours_of_day> hours{};  // of the days shown
  uint64_t events = 0, shown = 0, midnight = 0, in_future = 0;
};

struct Span {
  Day from = 0, until = 0, today = 0;
  bool ended = false;  // nothing comes any more from any source: a weak last day is no alarm then
};

/// The last day on which a log that has ended was still whole: what was begun by then often trickles on for weeks.
Day last_full_day(const std::map<Day, uint64_t>& totals) {
  std::vector<uint64_t> sorted;
  for (const auto& [day, events] : totals) sorted.push_back(events);
  const auto middle = sorted.begin() + static_cast<ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  for (const auto& [day, events] : totals | std::views::reverse)
    if (static_cast<double>(events) >= full_day_share * static_cast<double>(*middle)) return day;
  return totals.rbegin()->first;
}

void judge_days(QualitySource& out, const Course& course, const Span& span) {
  if (course.days.empty() || course.days.begin()->first > span.until) return;
  const Day first = course.days.begin()->first;
  std::vector<uint64_t> counts(static_cast<size_t>(span.until - first + 1), 0);
  for (const auto& [day, events] : course.days)
    if (day <= span.until) counts[static_cast<size_t>(day - first)] = events;
  const auto judged = detail::judge(counts);
  for (Day day = std::max(first, span.from); day <= span.until; ++day) {
    const size_t d = static_cast<size_t>(day - first);
    const auto& one = judged.days[d];
    QualityDay row{.day = LocalDays::text(day), .events = counts[d], .level = one.level};
    if (one.usual) {
      row.usual = one.usual->median;
      row.low = one.usual->low;
      row.high = one.usual->high;
    }
    out.days.push_back(std::move(row));
    if (one.level == Level::silent && counts[d] == 0) {
      const bool goes_on = !out.gaps.empty() && out.gaps.back().to == LocalDays::text(day - 1);
      if (!goes_on) out.gaps.push_back({.from = LocalDays::text(day)});
      out.gaps.back().to = LocalDays::text(day);
      out.gaps.back().expected += one.usual ? one.usual->median : 0;
    }
  }
  out.level = judged.days.back().level;
  if (judged.silent_days > 0) {
    out.level = Level::silent;
    out.silent_since = LocalDays::text(span.until - static_cast<Day>(judged.silent_days) + 1);
    out.missing = judged.missing;
  }
  out.alert = out.level == Level::silent || (out.level == Level::low && !span.ended);
}

/// Shares by hour; nothing where there are too few events or their hours mean nothing.
std::optional<std::array<double, hours_of_day>> profile(const Course& course) {
  if (course.shown < shape_events_min || static_cast<double>(course.midnight) > midnight_share_min * static_cast<double>(course.shown)) return std::nullopt;
  std::array<double, hours_of_day> out{};
  for (size_t h = 0; h < hours_of_day; ++h) out[h] = static_cast<double>(course.hours[h]) / static_cast<double>(course.shown);
  return out;
}

void suspect_times(std::map<std::string, QualitySource>& sources, const std::map<std::string, Course>& courses) {
  std::map<std::string, std::array<double, hours_of_day>> profiles;
  for (const auto& [id, course] : courses)
    if (const auto shape = profile(course)) profiles[id] = *shape;
  for (const auto& [id, course] : courses) {
    auto& suspicions = sources[id].suspicions;
    if (course.shown >= shape_events_min && static_cast<double>(course.midnight) > midnight_share_min * static_cast<double>(course.shown))
      suspicions.push_back({.kind = SuspicionKind::no_time_of_day, .events = course.midnight});
    if (course.in_future > 0) suspicions.push_back({.kind = SuspicionKind::in_future, .events = course.in_future});
    const auto mine = profiles.find(id);
    if (mine == profiles.end() || profiles.size() < 2) continue;
    std::array<double, hours_of_day> others{};
    for (const auto& [other, shape] : profiles)
      if (other != id)
        for (size_t h = 0; h < hours_of_day; ++h) others[h] += shape[h];
    const auto shift = detail::best_shift(mine->second, others);
    if (shift && shift->hours != 0 && shift->fit >= shift_fit_min && shift->fit - shift->fit_now >= shift_gain_min)
      suspicions.push_back({.kind = SuspicionKind::hours_shifted, .events = course.shown, .hours = shift->hours, .fit = shift->fit, .fit_now = shift->fit_now});
  }
}

void add_intake(QualityIntake& out, const IntakeCount& count) {
  out.received += count.events;
  if (count.outcome == Outcome::stored) out.stored += count.events;
  else if (count.outcome == Outcome::known) out.duplicates += count.events;
  else {
    (count.reason == no_consent ? out.without_consent : out.rejected) += count.events;
    if (count.reason == no_customer) out.no_customer += count.events;
    auto at = std::ranges::find(out.rejects, count.reason, &QualityReject::code);
    if (at == out.rejects.end()) at = out.rejects.insert(at, {.code = count.reason});
    at->events += count.events;
    if (!count.batch.empty() && std::ranges::find(at->imports, count.batch) == at->imports.end()) at->imports.push_back(count.batch);
  }
}
}  // namespace

Result<DataQuality> Quality::look(const Viewer& viewer, int64_t days) {
  if (days < days_min || days > days_max) return Error::invalid("invalid_day_count", "/days", "7 to 366 days can be shown");
  const auto store = TRY(stores_.open(viewer.workspace()));
  const LocalDays local = book_.days(viewer.workspace());
  const Micros now = book_.now();
  Span span{.today = local.of(now)};

  const auto volumes = TRY(store->volumes());
  const auto arrivals = TRY(store->arrivals(now - latency_over));
  const auto dictionary = store->dictionary();  // after them: it knows their sources
  std::map<std::string, Course> courses;
  std::map<Day, uint64_t> totals;  // until today
  for (const auto& v : volumes) {
    const Day day = local.of(Micros{v.quarter * events::quarter_us});
    Course& course = courses[dictionary->sources.at(v.source - 1u).id];
    course.events += v.events;
    course.days[day] += v.events;
    if (Micros{v.quarter * events::quarter_us} > now) course.in_future += v.events;
    if (day <= span.today) totals[day] += v.events;
  }
  // Today is not over. Where everything stopped earlier, its last day may have been cut short, too.
  span.until = span.today - 1;
  span.ended = !totals.empty() && totals.rbegin()->first < span.until;
  const Day newest = span.ended ? last_full_day(totals) : span.today;
  if (span.ended) span.until = newest - 1;
  span.from = span.until - static_cast<Day>(days) + 1;
  for (const auto& v : volumes) {
    const Micros time{v.quarter * events::quarter_us};
    if (const Day day = local.of(time); day < span.from || day > span.until) continue;
    Course& course = courses[dictionary->sources.at(v.source - 1u).id];
    course.hours[static_cast<size_t>(local.hour_of(time))] += v.events;
    course.shown += v.events;
    if (local.minute_of(time) == 0) course.midnight += v.events;
  }

  std::map<std::string, QualitySource> sources;
  for (const auto& [id, course] : courses) {
    QualitySource& out = sources[id];
    out.events = course.events;
    out.hours.assign(course.hours.begin(), course.hours.end());
    out.first = LocalDays::text(course.days.begin()->first);
    if (const auto last = course.days.upper_bound(span.today); last != course.days.begin()) out.last = LocalDays::text(std::prev(last)->first);
    judge_days(out, course, span);
  }
  suspect_times(sources, courses);
  for (const auto& a : arrivals) {
    QualitySource& out = sources[dictionary->sources.at(a.source - 1u).id];
    out.latency = QualityLatency{.events = a.events, .p50_s = a.delay_p50_s, .p95_s = a.delay_p95_s};
    if (a.early > 0) out.suspicions.push_back({.kind = SuspicionKind::clock_ahead, .events = a.early});
  }
  const Day arrived_from = span.today - static_cast<Day>(days) + 1;
  for (const auto& count : TRY(book_.read(viewer.workspace(), arrived_from, span.today)))
    if (count.arrived >= arrived_from && count.arrived <= span.today) add_intake(sources[count.source].intake, count);
  if (viewer.may(Right::import_data))
    for (const auto& e : TRY(book_.examples(viewer.workspace())))
      if (const auto at = sources.find(e.source); at != sources.end())
        for (auto& reject : at->second.intake.rejects)
          if (reject.code == e.code) reject.examples.push_back({.at = iso_utc(e.at), .event_type = e.event_type, .message = e.message});

  DataQuality out{.from = LocalDays::text(span.from), .until = LocalDays::text(span.until), .today = LocalDays::text(span.today)};
  if (span.ended) out.quiet_since = LocalDays::text(newest + 1);
  for (auto& [id, source] : sources) {
    source.source = id;
    for (const auto& known : dictionary->sources)
      if (known.id == id) source.name = known.name;
    std::ranges::stable_sort(source.intake.rejects, std::greater{}, &QualityReject::events);
    out.alerts += source.alert;
    out.sources.push_back(std::move(source));
  }
  std::ranges::stable_sort(out.sources, [](const auto& a, const auto& b) { return std::tie(b.alert, a.name) < std::tie(a.alert, b.name); });
  return out;
}

}  // namespace lotse::hub
