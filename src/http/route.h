#pragma once
#include <array>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "access/caller.h"
#include "base/describe.h"
#include "http/request.h"
#include "http/services.h"
#include "model/viewer.h"

/// One row a route: method, path, who may, types, errors, text, handler. Routing, permission check, OpenAPI and the
/// tests of every route come from these rows.
namespace lotse::http {

/// Who may call a route besides those with a Right in its workspace.
enum class Need {
  nobody,           ///< no sign-in needed
  signed_in,        ///< any person; not an API token
  server_operator,  ///< a person who runs the server
  machine_owner,    ///< who may read the data folder: over its own socket only
};

/// Answers with a status of their own.
struct NoContent {};
template <class T>
struct Created {
  T value;
};
template <class T>
struct Accepted {
  T value;
};

/// A list, by cursor where it is long.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_cursor;

  static constexpr auto name_ = [] {
    std::array<char, T::describe().name.size() + 4> text{};
    size_t n = 0;
    for (char c : T::describe().name) text[n++] = c;
    for (char c : std::string_view("List")) text[n++] = c;
    return text;
  }();
  static constexpr auto describe() {
    return json_object(std::string_view(name_.data(), name_.size()), field("items", &Page::items, ""),
                       field("next_cursor", &Page::next_cursor, "ask for the next page with ?cursor=; absent on the last one"));
  }
};

/// Makes the schema of a type, putting named types into `components`.
using SchemaMaker = nlohmann::json (*)(nlohmann::json& components);

struct QueryParameter {
  std::string_view name, text;
  bool required = false;
};

struct Route {
  Method method;
  std::string_view path;              ///< below /api/v1, like "/workspaces/{ws}/tokens/{id}"
  std::variant<Need, Right> need;     ///< a Right is asked of the caller in {ws}
  std::string_view summary;
  std::vector<std::string_view> errors;
  SchemaMaker request = nullptr;      ///< none: no JSON body
  SchemaMaker answer = nullptr;       ///< none: no content, or `answer_type` says what
  int status = 200;
  std::string_view answer_type;       ///< of answers that are not JSON
  bool streams_body = false;          ///< the handler reads Request::stream
  bool conditional = false;           ///< takes If-Match
  std::vector<QueryParameter> query_parameters;

  using ForAnybody = std::function<Result<Response>(Services&, const Request&)>;
  using ForCaller = std::function<Result<Response>(Services&, const access::Caller&, const Request&)>;
  using ForViewer = std::function<Result<Response>(Services&, const Viewer&, const Request&)>;
  std::variant<ForAnybody, ForCaller, ForViewer> handler;

  Route&& query(std::string_view name, std::string_view text, bool required = false) && {
    query_parameters.push_back({name, text, required});
    return std::move(*this);
  }
  Route&& if_match() && {
    conditional = true;
    return std::move(*this);
  }
  Route&& answers(std::string_view type) && {
    answer_type = type;
    return std::move(*this);
  }
  /// For handlers that make their Response themselves.
  template <class A>
  Route&& answers_json(int with_status = 200) && {
    answer = &json_schema<A>;
    status = with_status;
    return std::move(*this);
  }
  Route&& no_content() && {
    status = 204;
    return std::move(*this);
  }
  Route&& streams() && {
    streams_body = true;
    return std::move(*this);
  }
};

namespace route_detail {
template <class A>
struct Answer {
  using Value = A;
  static constexpr int status = 200;
  static const A& value(const A& a) { return a; }
};
template <class T>
struct Answer<Created<T>> {
  using Value = T;
  static constexpr int status = 201;
  static const T& value(const Created<T>& a) { return a.value; }
};
template <class T>
struct Answer<Accepted<T>> {
  using Value = T;
  static constexpr int status = 202;
  static const T& value(const Accepted<T>& a) { return a.value; }
};

template <class A>
Result<Response> print(Result<A> answer) {
  if (!answer) return std::move(answer.error());
  if constexpr (std::is_same_v<A, Response>) {
    return std::move(*answer);
  } else if constexpr (std::is_same_v<A, NoContent>) {
    return Response{.status = 204};
  } else {
    const auto& value = Answer<A>::value(*answer);
    Response response{.status = Answer<A>::status, .content_type = "application/json", .body = json_text(value)};
    if constexpr (requires { value.etag; }) response.headers.emplace_back("ETag", '"' + value.etag + '"');
    return response;
  }
}

template <class A>
void describe_answer(Route& route) {
  if constexpr (std::is_same_v<A, NoContent>) {
    route.status = 204;
  } else if constexpr (!std::is_same_v<A, Response>) {
    route.status = Answer<A>::status;
    route.answer = &json_schema<typename Answer<A>::Value>;
  }
}

template <class Handler, class A, class Function>
Route make(Method method, std::string_view path, std::variant<Need, Right> need, std::string_view summary,
           std::initializer_list<std::string_view> errors, Function f) {
  Route route{.method = method, .path = path, .need = need, .summary = summary, .errors = errors};
  describe_answer<A>(route);
  route.handler = Handler([f](auto&... arguments) { return print<A>(f(arguments...)); });
  return route;
}
template <class Handler, class A, class B, class Function>
Route make_with_body(Method method, std::string_view path, std::variant<Need, Right> need, std::string_view summary,
                     std::initializer_list<std::string_view> errors, Function f) {
  Route route{.method = method, .path = path, .need = need, .summary = summary, .errors = errors};
  describe_answer<A>(route);
  route.request = &json_schema<B>;
  route.handler = Handler([f](auto&... arguments) -> Result<Response> {
    const Request& request = std::get<sizeof...(arguments) - 1>(std::tie(arguments...));
    const B body = TRY(parse_json<B>(request.body));
    return print<A>(f(arguments..., body));
  });
  return route;
}
}  // namespace route_detail

/// A row for those with `right` in the workspace {ws}; the handler gets their Viewer.
template <class A>
Route row(Method method, std::string_view path, Right right, std::string_view summary,
          std::initializer_list<std::string_view> errors, Result<A> (*f)(Services&, const Viewer&, const Request&)) {
  return route_detail::make<Route::ForViewer, A>(method, path, right, summary, errors, f);
}
template <class A, class B>
Route row(Method method, std::string_view path, Right right, std::string_view summary,
          std::initializer_list<std::string_view> errors,
          Result<A> (*f)(Services&, const Viewer&, const Request&, const B&)) {
  return route_detail::make_with_body<Route::ForViewer, A, B>(method, path, right, summary, errors, f);
}
/// A row for persons outside of a workspace; `need` is signed_in or server_operator.
template <class A>
Route row(Method method, std::string_view path, Need need, std::string_view summary,
          std::initializer_list<std::string_view> errors, Result<A> (*f)(Services&, const access::Caller&, const Request&)) {
  return route_detail::make<Route::ForCaller, A>(method, path, need, summary, errors, f);
}
template <class A, class B>
Route row(Method method, std::string_view path, Need need, std::string_view summary,
          std::initializer_list<std::string_view> errors,
          Result<A> (*f)(Services&, const access::Caller&, const Request&, const B&)) {
  return route_detail::make_with_body<Route::ForCaller, A, B>(method, path, need, summary, errors, f);
}
/// A row for anybody.
template <class A>
Route open_row(Method method, std::string_view path, std::string_view summary,
               std::initializer_list<std::string_view> errors, Result<A> (*f)(Services&, const Request&)) {
  return route_detail::make<Route::ForAnybody, A>(method, path, Need::nobody, summary, errors, f);
}
template <class A, class B>
Route open_row(Method method, std::string_view path, std::string_view summary,
               std::initializer_list<std::string_view> errors, Result<A> (*f)(Services&, const Request&, const B&)) {
  return route_detail::make_with_body<Route::ForAnybody, A, B>(method, path, Need::nobody, summary, errors, f);
}

}  // namespace lotse::http
