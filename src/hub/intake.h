#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "events/duck_store.h"
#include "hub/plan_checker.h"
#include "privacy/consents.h"
#include "privacy/corrections.h"
#include "privacy/vault.h"

namespace lotse::hub {

/// One row of a file, read and mapped; texts without outer blanks. Borrowed until the block is finished.
struct IncomingRow {
  uint64_t row = 0;              ///< its number in the file
  std::string_view customer;     ///< not empty
  std::string_view type;         ///< not empty
  std::string_view instance_key, channel, direction, unit;
  std::string_view source;       ///< of the row, where the file names one
  Micros time{0};
  double cost = std::numeric_limits<double>::quiet_NaN();
  std::span<const std::string_view> attributes;  ///< in the order of IntakeOptions::attributes
  std::span<const std::string_view> identifiers; ///< in the order of IntakeOptions::identifiers; may be empty texts
  privacy::ConsentSaid consent = {};             ///< what the row says of the customer's consent
};
/// A row that may not be stored: its customer was erased, or withdrew consent, since `refusal` was asked.
struct RefusedRow {
  uint64_t row;
  const char* code;  ///< erased, no_consent
};

struct IntakeAttribute {
  std::string name;
  AttributeScope scope = AttributeScope::event;
  bool staff = false;  ///< names of staff: only a keyed pseudonym is stored
};

struct IntakeOptions {
  WorkspaceId workspace;
  std::string source_id, source_name;
  bool customer_is_instance = false;  ///< the file has one key column: it is customer and instance key at once
  std::vector<IntakeAttribute> attributes;
  identity::Kind customer_kind = identity::Kind::customer;
  std::vector<identity::Kind> identifiers;  ///< columns with further identifiers of a row's customer
  std::shared_ptr<const PlanChecker> plan;  ///< what is expected of the rows; none: nothing is
  privacy::Consents* consents = nullptr;  ///< without: every customer's rows are taken
  bool scrub = true;                      ///< long texts lose what names a person
  privacy::Corrections* corrections = nullptr;  ///< values known to be wrong are replaced
};

inline constexpr size_t attributes_max = 2'000;  ///< of a workspace, as the store has it

/// The attribute under which events refer to an identity of a kind (BuiltinAttribute::account, contract, order); 0: to none.
uint32_t reference_attribute(identity::Kind kind);

/// Whether a workspace has room for attributes of these names. To be asked before any is named in the store: a name that
/// is given stays given, also where what it was for is refused afterwards.
///   errors  too_many_attributes
using AttributeNames = std::set<std::pair<AttributeScope, std::string_view>>;
Result<void> check_attribute_room(const events::Dictionary& dictionary, AttributeNames names);

/// The way of an import's rows into a store: identifiers become numbers of the vault, texts become codes, rows get their
/// ids. One Intake per import, one Worker per thread.
class Intake {
 public:
  /// errors  too_many_attributes, too_many_sources
  static Result<std::unique_ptr<Intake>> open(std::shared_ptr<events::DuckStore> store, privacy::Vault& vault, IntakeOptions options);

  class Worker {
   public:
    explicit Worker(Intake& intake);
    /// Why nothing of the row may be stored: erased, no_consent; null where it may. To be asked before `add`, which takes its
    /// texts into the dictionaries.
    Result<const char*> refusal(std::string_view customer, const privacy::ConsentSaid& said);
    /// errors  too_many_event_types, too_many_values, too_many_sources
    Result<void> add(const IncomingRow& row, events::RowBatch& out);
    /// Completes the rows added since the last call: identities and ids. Then what the rows borrowed may go. Gives the rows
    /// that were taken out again.
    Result<std::vector<RefusedRow>> finish(events::RowBatch& out);

   private:
    struct Slot {
      uint64_t high = 0, low = 0;
      uint32_t number = 0;
    };
    uint32_t* find(events::EventId hash);
    void remember(events::EventId hash, uint32_t number);
    Intake& intake_;
    events::Encoder types_, channels_, directions_, units_, sources_;
    std::vector<events::Encoder> attributes_;
    std::string_view pseudonym(std::string_view name);
    Result<void> note_evidence(events::RowBatch& out, size_t first, const std::vector<bool>& drop);
    std::unordered_map<std::string, std::string> pseudonyms_;  // of staff
    std::deque<std::string> spare_pseudonyms_;           // of this block, once there are too many to remember
    std::string_view scrubbed(std::string_view text);
    Result<uint32_t> corrected_identity(std::string_view customer);  ///< whose values are to be replaced; 0: nobody's
    std::map<std::string, uint64_t, std::less<>> repeated_;  // wrong values of this block, by request
    std::deque<std::string> scrubbed_;                   // texts of this block that were changed
    std::vector<privacy::ConsentSaid> said_;             // of the rows added
    std::unordered_map<std::string, bool> granted_;      // what rows of this block said of analytics
    bool asks_consent_ = false, any_erased_ = false;
    std::vector<std::string_view> customers_;            // of the rows added
    std::vector<events::EventId> hashes_;
    std::deque<std::string> texts_;                      // what customers_ and further_ may refer to
    struct Further {
      uint32_t row;
      uint8_t place;
      std::string_view text;
    };
    std::vector<Further> further_;
    std::string bytes_;                                  // what the rows' ids are made of
    std::vector<uint32_t> begins_;
    std::vector<Slot> known_ = std::vector<Slot>(1 << 12);  // customers seen by this thread
    size_t known_count_ = 0;
    std::vector<PlanChecker::Property> properties_;
    PlanFindings findings_;                              // of this block
  };

  const std::vector<std::shared_ptr<const events::ImportAttribute>>& attributes() const { return attributes_; }
  uint16_t source() const { return source_; }
  uint64_t customers_new() const { return customers_new_.load(); }
  /// What the rows said about further identifiers, the first row for each pair; to be asked once, at the end.
  std::vector<identity::Evidence> evidence();
  /// Complete when all workers have finished their last block.
  PlanFindings findings() const {
    return findings_.with([](const PlanFindings& all) { return all; });
  }

 private:
  Intake(std::shared_ptr<events::DuckStore> store, privacy::Vault& vault, IntakeOptions options)
      : store_(std::move(store)), vault_(vault), options_(std::move(options)) {}
  std::shared_ptr<events::DuckStore> store_;
  privacy::Vault& vault_;
  IntakeOptions options_;
  uint16_t source_ = 0;
  std::string id_prefix_;
  bool any_erased_ = false, asks_consent_ = false;
  std::shared_ptr<const privacy::Corrections::Known> wrong_ = std::make_shared<const privacy::Corrections::Known>();
  std::vector<std::shared_ptr<const events::ImportAttribute>> attributes_;  ///< the options' own, then references
  static constexpr size_t no_reference = SIZE_MAX;
  size_t own_attributes_ = 0, reference_of_customer_ = no_reference;  ///< places in attributes_
  std::vector<size_t> reference_of_;                                  ///< [column of identifiers] likewise
  std::atomic<uint64_t> customers_new_{0};
  std::shared_ptr<const std::unordered_set<std::string>> never_unique_;
  Guarded<std::unordered_map<uint64_t, identity::Evidence>> evidence_;  // by pair
  Guarded<PlanFindings> findings_;
};

}  // namespace lotse::hub
