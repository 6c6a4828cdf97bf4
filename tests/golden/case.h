#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Golden cases as text files: events, questions and the answers that are right. The same file runs on every way to ask
/// (analysis on the event store, HTTP): a Backend carries JSON requests, everything else is here.
///
///   # A comment.
///   zone  Europe/Berlin                the workspace's (default UTC); first lines of the file
///   now   2025-02-01T00:00             the clock (default 2025-06-01T00:00)
///
///   events                             columns are parted by two or more spaces; times are UTC unless they say more
///   anna  2025-01-06T08:00  visit      customer, time, event type, then NAME=VALUE: key, source, channel, direction, unit,
///   ben   2025-01-06T09:00  visit  channel=web   cost, or an attribute
///
///   adopt   visit                      changes of the mapping, by touchpoint names: see `Step`
///
///   graph  measures=mean,median  starts_with=visit
///   ----
///   …                                  what `print` makes of the answer
namespace lotse::golden {

struct EventLine {
  std::string customer, time, type;
  std::map<std::string, std::string> fields;
};

/// One instruction after the header. `words` are its columns, `options` those of the form NAME=VALUE (a NAME may repeat).
///   events                                       `events` are appended, in order
///   adopt A | rename A  B | merge A,B  C | delete A
///   rule  touchpoint=C  type=A,B  source=X  property=channel:web  position=0
///   drop_rule  N
///   graph | variants | detail A [B] | instances [A [B]] | course CUSTOMER | touchpoints | coverage | dimensions
///   funnel A>B,C>D  window=7d  order=strict  without=X@1-2  by=ATTRIBUTE  dropped=1  trend=1  against=from:2025-01-01;to:2025-02-01
///   funnel_rows A>B  window=7d  part={"step":1,"dropped":true}
struct Step {
  std::string kind;
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<EventLine> events;
  std::vector<std::string> expected;  ///< lines after "----"
  bool asks = false;                  ///< has an expectation
  int line = 0;                       ///< in the file
  std::string source;                 ///< the line as it stands there

  std::optional<std::string> option(std::string_view name) const;
};

struct Case {
  std::filesystem::path file;
  std::string zone = "UTC", now = "2025-06-01T00:00";
  std::vector<Step> steps;
};

/// Throws std::runtime_error, which names file and line, where the file is not a case.
Case read_case(const std::filesystem::path& file);

/// Where requests go. Requests and answers are the API's JSON; a problem is {"code", "errors": [{"field", "code"}]}.
class Backend {
 public:
  virtual ~Backend() = default;
  /// `question` is one of graph, variants, detail, instances, funnel, funnel_rows, touchpoints, coverage, dimensions.
  virtual nlohmann::json ask(const std::string& question, const nlohmann::json& request) = 0;
  /// `change` is one of adopt, rename, merge, delete, rule, drop_rule; gives null or a problem.
  virtual nlohmann::json change(const std::string& change, const nlohmann::json& request) = 0;
  /// Appends in order; visible when it returns.
  virtual void append(const std::vector<EventLine>& events) = 0;
  /// The pseudonym behind a customer's name in the file, and the other way round.
  virtual std::string pseudonym(const std::string& customer) = 0;
  virtual std::string customer(const std::string& pseudonym) = 0;
  /// Asks as a role from now on ("reader", "analyst", …).
  virtual void as_role(const std::string& role) = 0;
};

/// Carries out one step and gives the lines of its answer.
std::vector<std::string> run(Backend& backend, const Step& step);

}  // namespace lotse::golden
