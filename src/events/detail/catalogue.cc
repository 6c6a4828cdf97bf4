#include "events/detail/catalogue.h"

#include "base/ids.h"

namespace lotse::events::detail {

uint32_t CodeTable::code(std::string_view text) {
  if (const uint32_t known = find(text)) return known;
  std::unique_lock lock(mutex_);
  if (const auto it = codes_.find(text); it != codes_.end()) return it->second;
  if (texts_.size() >= limit_) return 0;
  texts_.emplace_back(text);
  const auto code = static_cast<uint32_t>(texts_.size());
  codes_.emplace(texts_.back(), code);
  return code;
}

uint32_t CodeTable::find(std::string_view text) const {
  std::shared_lock lock(mutex_);
  const auto it = codes_.find(text);
  return it == codes_.end() ? 0 : it->second;
}

std::string CodeTable::text(uint32_t code) const {
  std::shared_lock lock(mutex_);
  return code >= 1 && code <= texts_.size() ? texts_[code - 1] : std::string();
}

uint32_t CodeTable::size() const {
  std::shared_lock lock(mutex_);
  return static_cast<uint32_t>(texts_.size());
}

std::vector<std::string> CodeTable::texts(uint32_t after) const {
  std::shared_lock lock(mutex_);
  return {texts_.begin() + std::min<ptrdiff_t>(after, static_cast<ptrdiff_t>(texts_.size())), texts_.end()};
}

void CodeTable::replace(uint32_t code, std::string text) {
  std::unique_lock lock(mutex_);
  ensure(code >= 1 && code <= texts_.size(), "a code that was given");
  codes_.erase(texts_[code - 1]);
  texts_[code - 1] = std::move(text);
  codes_.emplace(texts_[code - 1], code);
}

namespace {
size_t start(uint64_t print) { return print * 0x9e3779b97f4a7c15ull >> 20; }
}  // namespace

uint32_t& KeyTable::place(EventId hash) {
  const uint64_t print = hash.low ? hash.low : 1;
  const auto more = static_cast<uint32_t>(hash.high);
  const size_t mask = slots_.size() - 1;
  for (size_t i = start(print) & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.print == print && slot.more == more) return slot.code;
    if (slot.print == 0) {
      slot.print = print;
      slot.more = more;
      ++used_;
      return slot.code;
    }
  }
}

void KeyTable::lay_out(size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.print == 0 || slot.code >= next_) continue;
    size_t i = start(slot.print) & mask;
    while (slots_[i].print != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

uint32_t KeyTable::code(std::string_view text) {
  const EventId hash = hash_bytes(text);
  std::lock_guard lock(mutex_);
  if ((used_ + 1) * 10 > slots_.size() * 7) lay_out(slots_.size() * 2);
  uint32_t& code = place(hash);
  if (code == 0) {
    code = next_++;
    pending_.emplace_back(text);
  }
  return code;
}

std::optional<uint32_t> KeyTable::find(std::string_view text) const {
  const EventId hash = hash_bytes(text);
  const uint64_t print = hash.low ? hash.low : 1;
  const auto more = static_cast<uint32_t>(hash.high);
  std::lock_guard lock(mutex_);
  const size_t mask = slots_.size() - 1;
  for (size_t i = start(print) & mask; slots_[i].print != 0; i = (i + 1) & mask)
    if (slots_[i].print == print && slots_[i].more == more && slots_[i].code != 0 && slots_[i].code < next_) return slots_[i].code;
  return std::nullopt;
}

void KeyTable::load(uint32_t code, std::string_view text) {
  const EventId hash = hash_bytes(text);
  std::lock_guard lock(mutex_);
  if ((used_ + 1) * 10 > slots_.size() * 7) lay_out(slots_.size() * 2);
  place(hash) = code;
  if (code >= next_) {
    next_ = code + 1;
    pending_from_ = next_;
  }
}

uint32_t KeyTable::next() const {
  std::lock_guard lock(mutex_);
  return next_;
}

std::vector<std::string> KeyTable::pending(uint32_t& from) const {
  std::lock_guard lock(mutex_);
  from = std::max(from, pending_from_);
  return {pending_.begin() + (from - pending_from_), pending_.end()};
}

std::optional<std::string> KeyTable::pending_text(uint32_t code) const {
  std::lock_guard lock(mutex_);
  if (code < pending_from_ || code >= next_) return std::nullopt;
  return pending_[code - pending_from_];
}

void KeyTable::forget_pending(uint32_t below) {
  std::lock_guard lock(mutex_);
  while (pending_from_ < below && !pending_.empty()) {
    pending_.pop_front();
    ++pending_from_;
  }
}

void KeyTable::take_back(uint32_t from) {
  std::lock_guard lock(mutex_);
  if (from >= next_) return;
  ensure(from >= pending_from_, "keys that are durable are not taken back");
  used_ -= next_ - from;
  pending_.resize(from - pending_from_);
  next_ = from;
  lay_out(slots_.size());
}

void KeyTable::forget(const std::vector<uint32_t>& codes) {
  std::lock_guard lock(mutex_);
  std::vector<Slot> old(slots_.size());
  old.swap(slots_);
  used_ = 0;
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.print == 0 || std::ranges::binary_search(codes, slot.code)) continue;
    size_t i = start(slot.print) & mask;
    while (slots_[i].print != 0) i = (i + 1) & mask;
    slots_[i] = slot;
    ++used_;
  }
}

Catalogue::Catalogue(const Clock& clock) : clock_(clock) {
  using B = BuiltinAttribute;
  attributes_.push_back(std::make_shared<AttributeEntry>(B::channel, "channel", "channel", AttributeScope::event, values_max));
  attributes_.push_back(std::make_shared<AttributeEntry>(B::direction, "direction", "direction", AttributeScope::event, values_max));
  attributes_.push_back(std::make_shared<AttributeEntry>(B::unit, "unit", "unit", AttributeScope::event, values_max));
}

Result<uint32_t> Catalogue::type(std::string_view name) {
  if (const uint32_t known = types_.find(name)) return known;
  std::lock_guard lock(mutex_);
  if (const uint32_t known = types_.find(name)) return known;
  // The touchpoint is there before the code can be seen.
  touchpoints_.push_back(new_id("tp", clock_.now()));
  const uint32_t code = types_.code(name);
  if (code == 0) {
    touchpoints_.pop_back();
    return Error::make(ErrorKind::invalid, "too_many_event_types", "more than 100,000 event types");
  }
  return code;
}

Result<uint16_t> Catalogue::source(std::string_view id, std::string_view name) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < sources_.size(); ++i)
    if (sources_[i].id == id) return static_cast<uint16_t>(i + 1);
  if (sources_.size() >= sources_max) return Error::make(ErrorKind::invalid, "too_many_sources", "more than 10,000 sources");
  sources_.push_back({std::string(id), std::string(name)});
  return static_cast<uint16_t>(sources_.size());
}

Result<uint16_t> Catalogue::source_named(std::string_view name) {
  {
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i].name == name) return static_cast<uint16_t>(i + 1);
  }
  return source(new_id("src", clock_.now()), name);
}

Result<std::shared_ptr<AttributeEntry>> Catalogue::attribute(std::string_view name, AttributeScope scope) {
  std::lock_guard lock(mutex_);
  for (const auto& a : attributes_)
    if (a->name == name && a->scope == scope && a->number >= BuiltinAttribute::first_imported) return a;
  if (attributes_.size() >= attributes_max)
    return Error::make(ErrorKind::invalid, "too_many_attributes", "more than 2,000 attributes");
  const uint32_t number = std::max(attributes_.back()->number + 1, BuiltinAttribute::first_imported);
  attributes_.push_back(
      std::make_shared<AttributeEntry>(number, new_id("at", clock_.now()), std::string(name), scope, values_max));
  return attributes_.back();
}

std::shared_ptr<AttributeEntry> Catalogue::attribute(uint32_t number) const {
  std::lock_guard lock(mutex_);
  for (const auto& a : attributes_)
    if (a->number == number) return a;
  return nullptr;
}

void Catalogue::source_has_keys(uint16_t code) {
  std::lock_guard lock(mutex_);
  if (!sources_.at(code - 1).has_keys) {
    sources_[code - 1].has_keys = true;
    ++flags_version_;
  }
}

void Catalogue::texts_changed() {
  std::lock_guard lock(mutex_);
  ++flags_version_;
}

std::string Catalogue::source_id(uint16_t code) const {
  std::lock_guard lock(mutex_);
  return sources_.at(code - 1).id;
}

void Catalogue::load_type(std::string name, std::string touchpoint) {
  std::lock_guard lock(mutex_);
  if (types_.find(name)) return;
  touchpoints_.push_back(std::move(touchpoint));
  types_.code(name);
}

void Catalogue::load_source(std::string id, std::string name) {
  std::lock_guard lock(mutex_);
  for (const auto& s : sources_)
    if (s.id == id) return;
  sources_.push_back({std::move(id), std::move(name)});
}

void Catalogue::load_attribute(uint32_t number, std::string id, std::string name, AttributeScope scope) {
  std::lock_guard lock(mutex_);
  for (const auto& a : attributes_)
    if (a->number == number) return;
  attributes_.push_back(std::make_shared<AttributeEntry>(number, std::move(id), std::move(name), scope, values_max));
}

CatalogueMark Catalogue::mark() const {
  std::lock_guard lock(mutex_);
  CatalogueMark m;
  m.types = types_.size();
  m.sources = static_cast<uint32_t>(sources_.size());
  m.attributes = static_cast<uint32_t>(attributes_.size());
  m.keys = keys_.next();
  for (const auto& a : attributes_) {
    m.values.push_back(a->values.size());
    m.overflowed.push_back(a->overflowed.load());
  }
  return m;
}

std::vector<Catalogue::Type> Catalogue::types_after(uint32_t code) const {
  std::lock_guard lock(mutex_);
  std::vector<Type> out;
  auto names = types_.texts(code);
  for (size_t i = 0; i < names.size(); ++i) out.push_back({std::move(names[i]), touchpoints_[code + i]});
  return out;
}

std::vector<Catalogue::Source> Catalogue::sources_after(uint32_t code) const {
  std::lock_guard lock(mutex_);
  return {sources_.begin() + std::min<size_t>(code, sources_.size()), sources_.end()};
}

std::vector<std::shared_ptr<AttributeEntry>> Catalogue::attributes() const {
  std::lock_guard lock(mutex_);
  return attributes_;
}

std::shared_ptr<const Dictionary> Catalogue::dictionary() const {
  std::lock_guard snapshot_lock(snapshot_mutex_);
  CatalogueMark now = mark();
  now.keys = 0;  // not part of it
  uint64_t flags = 0;
  {
    std::lock_guard lock(mutex_);
    flags = flags_version_;
  }
  if (snapshot_ && now == snapshot_mark_ && flags == snapshot_flags_) return snapshot_;
  auto out = std::make_shared<Dictionary>();
  for (auto& t : types_after(0))
    out->types.push_back({static_cast<uint32_t>(out->types.size() + 1), std::move(t.name), std::move(t.touchpoint)});
  for (auto& s : sources_after(0))
    out->sources.push_back({static_cast<uint16_t>(out->sources.size() + 1), std::move(s.id), std::move(s.name), s.has_keys});
  for (const auto& a : attributes()) {
    const bool in_memory = !a->overflowed.load();
    out->attributes.push_back({a->number, a->id, a->name, a->scope, in_memory});
    out->values.push_back(in_memory ? a->values.texts() : std::vector<std::string>{});
  }
  snapshot_ = out;
  snapshot_mark_ = std::move(now);
  snapshot_flags_ = flags;
  return out;
}

}  // namespace lotse::events::detail
