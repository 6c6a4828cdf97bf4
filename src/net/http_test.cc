#include "net/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <fstream>

#include "net/testing/http_peer.h"

namespace lotse::net {
namespace {
using testing::HttpPeer, testing::PeerAnswer, testing::PeerRequest;

const AllowedHosts nobody;
const AllowedHosts local(std::vector<std::string>{"127.0.0.1", "localhost"});

bool public_address(const char* text) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) return is_public(reinterpret_cast<const sockaddr&>(v4));
  EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return is_public(reinterpret_cast<const sockaddr&>(v6));
}

TEST(Address, OnlyTheInternetIsPublic) {
  for (const char* inside : {"127.0.0.1", "127.255.1.2", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
                             "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
                             "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "2001::1", "64:ff9b:1::1"})
    EXPECT_FALSE(public_address(inside)) << inside;
  for (const char* outside : {"1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "2002:101:101::1"})
    EXPECT_TRUE(public_address(outside)) << outside;
}

TEST(Address, AllowedHostsByNameAndBelow) {
  const AllowedHosts hosts(std::vector<std::string>{"DB.intern", "*.shop.example", "10.0.0.5"});
  for (const char* yes : {"db.intern", "db.intern.", "a.shop.example", "a.b.shop.example", "10.0.0.5"}) EXPECT_TRUE(hosts.has(yes)) << yes;
  for (const char* no : {"shop.example", "xdb.intern", "10.0.0.50", "evilshop.example", ""}) EXPECT_FALSE(hosts.has(no)) << no;
  EXPECT_EQ(resolve("localhost", nobody).error().code, "address_refused");
  EXPECT_TRUE(resolve("localhost", local));
  EXPECT_EQ(resolve("no-such-host.invalid", nobody).error().code, "host_unknown");
}

TEST(Http, RefusesTheInsideHoweverItIsWritten) {
  HttpPeer peer([](const PeerRequest&) { return PeerAnswer{}; });
  const std::string port = ":" + std::to_string(peer.port()) + "/";
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0"}) {
    const auto answer = fetch({.url = "http://" + host + port}, {}, nobody);
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, "address_refused") << host << " " << answer.error().detail;
  }
  for (const std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://user:pass@127.0.0.1/", "nonsense ?", "http://"})
    EXPECT_EQ(fetch({.url = url}, {}, local).error().code, "invalid_url") << url;
  EXPECT_TRUE(peer.requests().empty());
  EXPECT_TRUE(fetch({.url = peer.url()}, {}, local));
}

TEST(Http, ARedirectReachesNothingElse) {
  HttpPeer inner([](const PeerRequest&) { return PeerAnswer{.body = "secret"}; });
  HttpPeer outer([&](const PeerRequest& r) {
    if (r.path == "/same") return PeerAnswer{.status = 302, .headers = {{"Location", "/end"}}};
    if (r.path == "/end") return PeerAnswer{.body = r.headers.contains("x-key") ? r.headers.at("x-key") : "none"};
    if (r.path == "/loop") return PeerAnswer{.status = 302, .headers = {{"Location", "/loop"}}};
    if (r.path == "/file") return PeerAnswer{.status = 302, .headers = {{"Location", "file:///etc/passwd"}}};
    if (r.path == "/other") return PeerAnswer{.status = 302, .headers = {{"Location", inner.url("/other")}}};
    return PeerAnswer{.status = 302, .headers = {{"Location", "http://localhost:" + std::to_string(inner.port()) + "/"}}};
  });
  const AllowedHosts by_number(std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(fetch({.url = outer.url("/same"), .headers = {{"X-Key", "k"}}}, {}, by_number)->body, "k");
  EXPECT_EQ(fetch({.url = outer.url("/inside")}, {}, by_number).error().code, "address_refused");
  EXPECT_TRUE(inner.requests().empty());
  EXPECT_EQ(fetch({.url = outer.url("/loop")}, {}, by_number).error().code, "too_many_redirects");
  EXPECT_EQ(fetch({.url = outer.url("/file")}, {}, by_number).error().code, "invalid_url");
  EXPECT_TRUE(fetch({.url = outer.url("/other"), .headers = {{"X-Key", "k"}}}, {}, by_number));
  ASSERT_EQ(inner.requests().size(), 1u);
  EXPECT_FALSE(inner.requests()[0].headers.contains("x-key"));  // another origin does not get the secret
}

TEST(Http, LimitsAndBrokenAnswers) {
  HttpPeer peer([](const PeerRequest& r) {
    if (r.path == "/big") return PeerAnswer{.body = std::string(100'000, 'x')};
    if (r.path == "/cut") return PeerAnswer{.body = std::string(1000, 'x'), .cut_after = 10};
    if (r.path == "/slow") return PeerAnswer{.body = "late", .delay_ms = 3000};
    return PeerAnswer{.status = 404, .body = "no", .headers = {{"X-Reason", " because "}}};
  });
  EXPECT_EQ(fetch({.url = peer.url("/big")}, {.body_bytes_max = 50'000}, local).error().code, "answer_too_large");
  EXPECT_EQ(fetch({.url = peer.url("/cut")}, {}, local).error().code, "connection_broken");
  EXPECT_EQ(fetch({.url = peer.url("/slow")}, {.total = std::chrono::milliseconds(200)}, local).error().code, "timed_out");
  const auto answer = fetch({.url = peer.url("/none")}, {}, local);
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->header("x-reason"), "because");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(fetch({.url = peer.url("/slow")}, {}, local, stop.get_token()).error().code, "cancelled");
  const uint16_t closed = HttpPeer([](const PeerRequest&) { return PeerAnswer{}; }).port();
  EXPECT_EQ(fetch({.url = "http://127.0.0.1:" + std::to_string(closed)}, {}, local).error().code, "connect_failed");
  std::string got;
  EXPECT_TRUE(fetch({.url = peer.url("/big")}, {}, local, {}, [&](std::span<const char> b) -> Result<void> {
    got.append(b.data(), b.size());
    return {};
  }));
  EXPECT_EQ(got.size(), 100'000u);
}

TEST(Http, SendsBodiesAndFiles) {
  HttpPeer peer([](const PeerRequest& r) { return PeerAnswer{.body = r.method + " " + r.body}; });
  EXPECT_EQ(fetch({.method = "POST", .url = peer.url(), .body = "a=b"}, {}, local)->body, "POST a=b");
  const auto file = std::filesystem::temp_directory_path() / "lotse_net_body";
  std::ofstream(file) << "from a file";
  EXPECT_EQ(fetch({.method = "PUT", .url = peer.url(), .body_file = file}, {}, local)->body, "PUT from a file");
  std::filesystem::remove(file);
}

TEST(Http, Addresses) {
  EXPECT_EQ(*origin_of("HTTPS://Shop.Example/a?b"), "https://shop.example:443");
  EXPECT_EQ(*with_parameter("http://h/p?a=1&b=2", "a", "x y&z"), "http://h/p?b=2&a=x%20y%26z");
  EXPECT_EQ(*joined("http://h/a/b?x", "../c"), "http://h/c");
  EXPECT_EQ(next_link(R"(<https://h/?p=1>; rel="prev", <https://h/?p=3&a=b,c>; rel="next")"), "https://h/?p=3&a=b,c");
  EXPECT_EQ(next_link(R"(<https://h/?p=1>; rel="prev")"), std::nullopt);
  EXPECT_EQ(basic_authorization("user", "pass"), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(basic_authorization("u", "pw"), "Basic dTpwdw==");
  EXPECT_EQ(basic_authorization("us", "pw"), "Basic dXM6cHc=");
}

}  // namespace
}  // namespace lotse::net
