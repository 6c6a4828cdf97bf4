#include "hub/intake.h"

#include <cmath>
#include <cstring>

#include "access/staff.h"
#include "text/redact.h"

namespace lotse::hub {

namespace {
constexpr size_t staff_names_max = 65'536;         // remembered of an import
constexpr size_t known_customers_max = 4'000'000;  // per thread; then its memory of customers begins anew

void put(std::string& bytes, const void* data, size_t size) { bytes.append(static_cast<const char*>(data), size); }

/// A field of the row's id: which one, how long, its bytes. Empty ones leave no trace, so that a new empty column in a
/// later file changes no id.
void put_field(std::string& bytes, uint32_t field, std::string_view text) {
  if (text.empty()) return;
  const uint32_t head[2] = {field, static_cast<uint32_t>(text.size())};
  put(bytes, head, sizeof head);
  bytes.append(text);
}
}  // namespace

uint32_t reference_attribute(identity::Kind kind) {
  switch (kind) {
    case identity::Kind::account: return BuiltinAttribute::account;
    case identity::Kind::contract: return BuiltinAttribute::contract;
    case identity::Kind::order: return BuiltinAttribute::order;
    default: return 0;
  }
}

Result<void> check_attribute_room(const events::Dictionary& dictionary, AttributeNames names) {
  for (const auto& known : dictionary.attributes)
    if (known.number >= BuiltinAttribute::first_imported) names.erase({known.scope, known.name});
  if (dictionary.attributes.size() + names.size() <= attributes_max) return {};
  return Error::make(ErrorKind::invalid, "too_many_attributes",
                     std::to_string(dictionary.attributes.size()) + " attributes are there, " + std::to_string(names.size()) + " more are wanted");
}

Result<std::unique_ptr<Intake>> Intake::open(std::shared_ptr<events::DuckStore> store, privacy::Vault& vault, IntakeOptions options) {
  AttributeNames names;
  for (const auto& a : options.attributes) names.emplace(a.scope, a.name);
  TRY(check_attribute_room(*store->dictionary(), std::move(names)));
  std::unique_ptr<Intake> intake(new Intake(std::move(store), vault, std::move(options)));
  intake->source_ = TRY(intake->store_->source(intake->options_.source_id, intake->options_.source_name));
  for (const auto& a : intake->options_.attributes) intake->attributes_.push_back(TRY(intake->store_->attribute(a.name, a.scope)));
  intake->own_attributes_ = intake->attributes_.size();
  const auto refer = [&](identity::Kind kind) -> size_t {
    const uint32_t number = reference_attribute(kind);
    if (number == 0) return no_reference;
    for (size_t a = intake->own_attributes_; a < intake->attributes_.size(); ++a)
      if (intake->attributes_[a]->number == number) return a;
    intake->attributes_.push_back(std::make_shared<const events::ImportAttribute>(events::ImportAttribute{number, {}}));
    return intake->attributes_.size() - 1;
  };
  intake->reference_of_customer_ = refer(intake->options_.customer_kind);
  for (const auto kind : intake->options_.identifiers) intake->reference_of_.push_back(refer(kind));
  intake->never_unique_ = intake->store_->never_unique();
  intake->any_erased_ = TRY(vault.any_erased(intake->options_.workspace));
  if (intake->options_.consents) intake->asks_consent_ = TRY(intake->options_.consents->asks(intake->options_.workspace, intake->options_.source_id));
  if (intake->options_.corrections) intake->wrong_ = TRY(intake->options_.corrections->known(intake->options_.workspace));
  intake->id_prefix_ = "r" + intake->options_.source_id + '\0';
  return intake;
}

Intake::Worker::Worker(Intake& intake)
    : intake_(intake), types_(intake.store_->type_encoder()), channels_(intake.store_->channel_encoder()),
      directions_(intake.store_->direction_encoder()), units_(intake.store_->unit_encoder()), sources_(intake.store_->source_encoder()) {
  for (size_t a = 0; a < intake.own_attributes_; ++a) attributes_.emplace_back(intake.attributes_[a]->encode);
  any_erased_ = intake.any_erased_;
  asks_consent_ = intake.asks_consent_;
}

Result<const char*> Intake::Worker::refusal(std::string_view customer, const privacy::ConsentSaid& said) {
  const WorkspaceId& workspace = intake_.options_.workspace;
  if (any_erased_ && !find(events::hash_bytes(customer)) && TRY(intake_.vault_.is_erased(workspace, customer))) return "erased";
  if (!asks_consent_) return nullptr;
  constexpr uint8_t analytics = 1u << static_cast<unsigned>(privacy::Purpose::analytics);
  const auto verdict = [](bool granted) { return granted ? nullptr : "no_consent"; };
  if ((said.granted | said.denied) & analytics) {
    granted_[std::string(customer)] = (said.granted & analytics) != 0;
    // A refusal is to be remembered, too; nothing else of the row is.
    if (said.denied & analytics) {
      std::vector<uint32_t> numbers = TRY(intake_.vault_.find(workspace, {&customer, 1}));
      if (numbers[0] != 0) TRY(intake_.options_.consents->set(workspace, numbers, privacy::Purpose::analytics, false, intake_.options_.source_id));
    }
    return verdict((said.granted & analytics) != 0);
  }
  if (const auto known = granted_.find(std::string(customer)); known != granted_.end()) return verdict(known->second);
  const auto numbers = TRY(intake_.vault_.find(workspace, {&customer, 1}));
  return verdict(numbers[0] != 0 && TRY(intake_.options_.consents->granted(workspace, numbers[0], privacy::Purpose::analytics)));
}

std::string_view Intake::Worker::pseudonym(std::string_view name) {
  std::string key(name);
  if (const auto it = pseudonyms_.find(key); it != pseudonyms_.end()) return it->second;
  std::string made = std::string(access::staff_prefix) + intake_.vault_.staff_pseudonym(intake_.options_.workspace, name);
  if (pseudonyms_.size() < staff_names_max) return pseudonyms_.emplace(std::move(key), std::move(made)).first->second;
  return spare_pseudonyms_.emplace_back(std::move(made));
}

std::string_view Intake::Worker::scrubbed(std::string_view text) {
  std::string copy(text);
  if (text::redact(copy).total() == 0) return text;
  return scrubbed_.emplace_back(std::move(copy));
}

Result<uint32_t> Intake::Worker::corrected_identity(std::string_view customer) {
  const uint32_t* known = find(events::hash_bytes(customer));
  const uint32_t identity = known ? *known : TRY(intake_.vault_.find(intake_.options_.workspace, {&customer, 1}))[0];
  if (identity == 0 || intake_.wrong_->concerns(identity)) return identity;
  const uint32_t owner = intake_.store_->customer_of(identity);
  return intake_.wrong_->concerns(owner) ? owner : 0;
}

Result<void> Intake::Worker::add(const IncomingRow& row, events::RowBatch& out) {
  if (customers_.empty()) {
    spare_pseudonyms_.clear();
    scrubbed_.clear();
  }
  out.row.push_back(row.row);
  out.time_us.push_back(row.time.count());
  out.type.push_back(TRY(types_.code(row.type)));
  out.source.push_back(row.source.empty() ? intake_.source_ : static_cast<uint16_t>(TRY(sources_.code(row.source))));
  out.instance_key.push_back(intake_.options_.customer_is_instance ? 1 : row.instance_key.empty() ? 0 : intake_.store_->key_code(row.instance_key));
  out.channel.push_back(TRY(channels_.code(row.channel)));
  out.direction.push_back(TRY(directions_.code(row.direction)));
  out.unit.push_back(TRY(units_.code(row.unit)));
  out.cost.push_back(row.cost);
  const identity::Kind kind = intake_.options_.customer_kind;
  std::string_view customer = row.customer;
  if (kind != identity::Kind::customer)
    if (const std::string value = identity::normalised(kind, customer); !value.empty()) customer = texts_.emplace_back(identity::vault_text(kind, value));
  for (size_t i = 0; i < row.identifiers.size(); ++i) {
    const std::string value = identity::normalised(intake_.options_.identifiers[i], row.identifiers[i]);
    if (value.empty()) continue;
    further_.push_back({static_cast<uint32_t>(customers_.size()), static_cast<uint8_t>(i), texts_.emplace_back(identity::vault_text(intake_.options_.identifiers[i], value))});
  }
  customers_.push_back(customer);
  if (const auto& plan = intake_.options_.plan) {
    properties_.clear();
    for (size_t a = 0; a < attributes_.size(); ++a)
      if (intake_.options_.attributes[a].scope == AttributeScope::event) properties_.push_back({intake_.options_.attributes[a].name, row.attributes[a]});
    plan->check(intake_.options_.source_id, row.type, properties_, findings_);
  }
  said_.push_back(row.consent);

  begins_.push_back(static_cast<uint32_t>(bytes_.size()));
  bytes_ += intake_.id_prefix_;
  const char nobody[4] = {};
  put(bytes_, nobody, 4);  // the identity's number comes here
  const int64_t time = row.time.count();
  put(bytes_, &time, sizeof time);
  put_field(bytes_, 1, row.type);
  put_field(bytes_, 2, row.instance_key);
  put_field(bytes_, 3, row.channel);
  put_field(bytes_, 4, row.direction);
  put_field(bytes_, 5, row.unit);
  put_field(bytes_, 6, row.source);
  if (!std::isnan(row.cost)) put_field(bytes_, 7, {reinterpret_cast<const char*>(&row.cost), sizeof row.cost});

  out.codes.resize(intake_.attributes_.size());
  out.texts.resize(intake_.attributes_.size());
  const size_t n = out.row.size();
  const uint32_t corrected = intake_.wrong_->any() ? TRY(corrected_identity(customer)) : 0;
  for (size_t a = 0; a < attributes_.size(); ++a) {
    std::string_view text = row.attributes[a];
    if (!text.empty() && intake_.options_.attributes[a].staff) text = pseudonym(text);
    put_field(bytes_, 16 + intake_.attributes_[a]->number, text);  // as the file has it: what is scrubbed may change
    if (corrected != 0 && intake_.options_.attributes[a].scope == AttributeScope::customer)
      if (const auto right = intake_.wrong_->of(corrected, intake_.options_.attributes[a].name, text)) {
        ++repeated_[std::string(right->request)];
        text = right->right;
      }
    if (intake_.options_.scrub && text.size() >= text::free_text_bytes_min) text = scrubbed(text);
    const uint32_t code = TRY(attributes_[a].code(text));
    out.codes[a].push_back(code);
    if (code == 0 && !text.empty()) {
      out.texts[a].resize(n);
      out.texts[a].back() = text;
    } else if (!out.texts[a].empty()) {
      out.texts[a].resize(n);
    }
  }
  for (size_t a = attributes_.size(); a < out.codes.size(); ++a) out.codes[a].push_back(0);  // the identities' numbers come here
  return {};
}

uint32_t* Intake::Worker::find(events::EventId hash) {
  const size_t mask = known_.size() - 1;
  for (size_t i = hash.low & mask;; i = (i + 1) & mask) {
    if (known_[i].number == 0) return nullptr;
    if (known_[i].low == hash.low && known_[i].high == hash.high) return &known_[i].number;
  }
}

void Intake::Worker::remember(events::EventId hash, uint32_t number) {
  if (known_count_ >= known_customers_max) {
    known_.assign(1 << 12, {});
    known_count_ = 0;
  }
  if ((known_count_ + 1) * 2 > known_.size()) {
    std::vector<Slot> old(known_.size() * 4);
    old.swap(known_);
    known_count_ = 0;
    for (const Slot& slot : old)
      if (slot.number != 0) remember({slot.high, slot.low}, slot.number);
  }
  const size_t mask = known_.size() - 1;
  size_t i = hash.low & mask;
  while (known_[i].number != 0) {
    if (known_[i].low == hash.low && known_[i].high == hash.high) return;
    i = (i + 1) & mask;
  }
  known_[i] = {hash.high, hash.low, number};
  ++known_count_;
}

Result<std::vector<RefusedRow>> Intake::Worker::finish(events::RowBatch& out) {
  const size_t n = customers_.size();
  const size_t first = out.row.size() - n;
  out.identity.resize(out.row.size());
  out.id.resize(out.row.size());
  hashes_.resize(n);
  for (size_t i = 0; i < n; ++i) hashes_[i] = events::hash_bytes(customers_[i]);
  std::vector<std::string_view> unknown;
  std::vector<uint32_t> unknown_rows;
  constexpr size_t ahead = 12;
  for (size_t i = 0; i < n; ++i) {
    if (i + ahead < n) __builtin_prefetch(&known_[hashes_[i + ahead].low & (known_.size() - 1)]);
    if (const uint32_t* number = find(hashes_[i])) {
      out.identity[first + i] = *number;
    } else {
      unknown.push_back(customers_[i]);
      unknown_rows.push_back(static_cast<uint32_t>(i));
    }
  }
  if (!unknown.empty()) {
    std::vector<uint32_t> numbers;
    intake_.customers_new_ += TRY(intake_.vault_.assign(intake_.options_.workspace, unknown, numbers));
    for (size_t i = 0; i < unknown.size(); ++i) {
      out.identity[first + unknown_rows[i]] = numbers[i];
      if (numbers[i] != 0) remember(hashes_[unknown_rows[i]], numbers[i]);
    }
  }
  begins_.push_back(static_cast<uint32_t>(bytes_.size()));
  for (size_t i = 0; i < n; ++i) {
    std::memcpy(bytes_.data() + begins_[i] + intake_.id_prefix_.size(), &out.identity[first + i], 4);
    out.id[first + i] = events::hash_bytes({bytes_.data() + begins_[i], begins_[i + 1] - begins_[i]});
  }
  if (!repeated_.empty()) intake_.options_.corrections->repeated(intake_.options_.workspace, intake_.options_.source_id, std::exchange(repeated_, {}));
  granted_.clear();
  const auto said = std::exchange(said_, {});
  std::vector<RefusedRow> refused;
  const std::span identities(out.identity.data() + first, n);
  std::vector<bool> admitted(n, true);
  if (intake_.options_.consents) admitted = TRY(intake_.options_.consents->admit(intake_.options_.workspace, intake_.options_.source_id, identities, said));
  std::vector<bool> drop(n, false);
  for (size_t i = 0; i < n; ++i)
    if (identities[i] == 0 || !admitted[i]) {
      refused.push_back({out.row[first + i], identities[i] == 0 ? "erased" : "no_consent"});
      drop[i] = true;
    }
  if (const size_t a = intake_.reference_of_customer_; a != no_reference) std::copy_n(out.identity.begin() + static_cast<ptrdiff_t>(first), n, out.codes[a].begin() + static_cast<ptrdiff_t>(first));
  if (!further_.empty()) TRY(note_evidence(out, first, drop));
  if (!refused.empty()) out.drop(first, drop);
  customers_.clear();
  further_.clear();
  texts_.clear();
  begins_.clear();
  bytes_.clear();
  if (!findings_.counts.empty()) {
    intake_.findings_.with([&](PlanFindings& all) { all.add(findings_); });
    findings_.counts.clear();
  }
  return refused;
}

/// What the rows say about further identifiers of their customers: also rows that are known already.
Result<void> Intake::Worker::note_evidence(events::RowBatch& out, size_t first, const std::vector<bool>& drop) {
  std::vector<uint32_t> numbers(further_.size()), missing_numbers;
  std::vector<std::string_view> missing;
  std::vector<size_t> missing_at;
  for (size_t i = 0; i < further_.size(); ++i) {
    if (const uint32_t* number = find(events::hash_bytes(further_[i].text))) {
      numbers[i] = *number;
    } else {
      missing.push_back(further_[i].text);
      missing_at.push_back(i);
    }
  }
  if (!missing.empty()) TRY(intake_.vault_.assign(intake_.options_.workspace, missing, missing_numbers));
  for (size_t i = 0; i < missing.size(); ++i) {
    numbers[missing_at[i]] = missing_numbers[i];
    if (missing_numbers[i] != 0) remember(events::hash_bytes(missing[i]), missing_numbers[i]);
  }
  for (size_t i = 0; i < further_.size(); ++i) {
    const size_t a = intake_.reference_of_[further_[i].place];
    if (a == no_reference) continue;
    uint32_t& reference = out.codes[a][first + further_[i].row];
    if (reference == 0) reference = numbers[i];  // of several columns of a kind the first that is filled
  }
  const auto blocked = [&](std::string_view text) { return intake_.never_unique_->contains(identity::compared(identity::shown(text).value)); };
  intake_.evidence_.with([&](auto& all) {
    for (size_t i = 0; i < further_.size(); ++i) {
      const Further& further = further_[i];
      const size_t row = first + further.row;
      const uint32_t customer = out.identity[row], other = numbers[i];
      if (customer == other || customer == 0 || other == 0 || drop[further.row]) continue;
      const identity::Pair pair = identity::pair_of(customer, other);
      const auto [at, fresh] = all.try_emplace(uint64_t{pair.first} << 32 | pair.second);
      identity::Evidence& known = at->second;
      if (!fresh && std::tuple(known.time_us, known.event, known.place) <= std::tuple(out.time_us[row], out.id[row].low, further.place)) continue;
      known = {.a = customer, .b = other, .kind_a = intake_.options_.customer_kind, .kind_b = intake_.options_.identifiers[further.place], .said = identity::Said::import,
               .place = further.place, .source = out.source[row], .time_us = out.time_us[row], .event = out.id[row].low,
               .blocked_a = fresh ? blocked(customers_[further.row]) : known.blocked_a, .blocked_b = fresh ? blocked(further.text) : known.blocked_b};
    }
  });
  return {};
}

std::vector<identity::Evidence> Intake::evidence() {
  std::vector<identity::Evidence> out;
  evidence_.with([&](auto& all) {
    out.reserve(all.size());
    for (const auto& [pair, one] : all) out.push_back(one);
    all.clear();
  });
  return out;
}

}  // namespace lotse::hub
