// HTTP itself: what a browser, a proxy or an attacker may send.
#include <zlib.h>

#include <fstream>
#include <random>
#include <thread>

#include "fixture.h"
#include "http/compress.h"

namespace lotse::test {
namespace {

uint16_t port() { return TestServer::get().port(); }

bool answers() { return Client(port()).ask("GET", "/api/v1/health").status == 200; }

std::string inflated(const std::string& packed) {
  std::string out(1 << 20, '\0');
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, 31), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  inflateEnd(&z);
  return out;
}

TEST(Http, KeepsAConnectionForManyRequests) {
  Client client(port());
  client.send("GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n");  // both at once
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 404);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.ask("GET", "/api/v1/health").status, 200);
}

TEST(Http, TakesChunkedBodies) {
  Client client(port());
  client.send("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
              "5\r\n{\"ema\r\n1e\r\nil\":\"a@b.de\",\"password\":\"xyz\"}\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().code(), "wrong_credentials");
}

TEST(Http, AnswersHeadWithoutABody) {
  Client client(port());
  const auto answer = client.ask("HEAD", "/api/v1/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.headers.at("content-length"), "0");
  EXPECT_EQ(client.ask("GET", "/api/v1/health").status, 200) << "the connection is still in step";
}

TEST(Http, SaysWhichMethodsAnAddressTakes) {
  const auto answer = Client(port()).ask("PATCH", "/api/v1/session", "{}");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "POST, GET, DELETE");
  EXPECT_EQ(answer.json()["status"], 405) << "the document says what the answer says";
  const auto put = Client(port()).ask("PUT", "/api/v1/session", "{}");
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.headers.at("allow"), "POST, GET, DELETE");
  EXPECT_EQ(Client(port()).ask("PUT", "/api/v1/nothing", "{}").status, 404);
  EXPECT_EQ(Client(port()).ask("BREW", "/api/v1/session").status, 501);
}

TEST(Http, AProblemSaysTheStatusItComesWith) {
  Client client(port());
  const std::string type_of_json = "application/json";
  for (const auto& answer : {client.ask("POST", "/api/v1/session", "{}", {{"Content-Type", "text/plain"}}), client.ask("POST", "/api/v1/session", std::string(9 << 20, ' '), {{"Content-Type", type_of_json}}),
                             client.ask("BREW", "/"), client.ask("GET", "/%00"), client.ask("GET", "/api/v1/session"), client.ask("GET", "/api/v1/nothing")}) {
    EXPECT_EQ(answer.json()["status"], answer.status) << answer.body;
    EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
    client.close();
  }
  for (const char* type : {"application/json", "Application/JSON", "application/json ; charset=utf-8"})
    EXPECT_EQ(client.ask("POST", "/api/v1/session", "{}", {{"Content-Type", type}}).status, 422) << type;
}

TEST(Http, NamesATokenThatIsNotValid) {
  Client client(port());
  for (const char* value : {"Bearer x", "bearer x", "BEARER "}) {
    const auto answer = client.ask("GET", "/api/v1/workspaces/" + TestServer::get().a + "/imports", {}, {{"Authorization", value}});
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.code(), std::string_view(value).ends_with(' ') ? "not_signed_in" : "token_not_valid") << value;
  }
}

TEST(Http, SpeaksTheCallersLanguage) {
  Client client(port());
  const auto title = [&](const char* language) { return std::string(client.ask("GET", "/api/v1/session", {}, {{"Accept-Language", language}}).json()["title"]); };
  EXPECT_NE(title("de-AT,de;q=0.9,en;q=0.8"), title("en-GB,en;q=0.9,de;q=0.8"));
  EXPECT_EQ(title("fr"), title("de")) << "German where neither is asked for";
  EXPECT_EQ(title("fr,en;q=0.5"), title("en"));
  // Also where the request never reaches a route.
  const auto refused = [&](const char* language) {
    const auto answer = client.ask("POST", "/api/v1/session", std::string(9 << 20, ' '), {{"Content-Type", "application/json"}, {"Accept-Language", language}});
    client.close();
    return answer.json()["title"];
  };
  EXPECT_NE(refused("de"), refused("en"));
}

TEST(Http, BoundsHeadAndBody) {
  Client client(port());
  EXPECT_EQ(client.ask("GET", "/api/v1/health", {}, {{"X-Long", std::string(20'000, 'x')}}).status, 431);
  const auto declared = client.ask("POST", "/api/v1/session", std::string(9 << 20, ' '), {{"Content-Type", "application/json"}});
  EXPECT_EQ(declared.status, 413);
  EXPECT_EQ(declared.code(), "body_too_large");
  client.close();
  client.send("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(1 << 20, ' ') + "\r\n";
  for (int i = 0; i < 9; ++i) client.send(chunk);
  EXPECT_EQ(client.receive().status, 413);
}

TEST(Http, SurvivesWhatIsNoHttp) {
  for (const std::string& bytes : {std::string("\r\n\r\n\r\n"), std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01"),
                                  std::string("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"), std::string("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"),
                                  std::string("GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n"), std::string("GET / HTTP/1.1\r\nBad Header: x\r\n\r\n"),
                                  std::string("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), std::string("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
                                  std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), std::string(100'000, 'A'), std::string("GET / HTTP/1.1\r\n") + std::string(3, '\0') + "\r\n\r\n"}) {
    Client client(port());
    client.send(bytes);
    client.send("\r\n\r\n");
    const auto answer = client.receive();
    EXPECT_TRUE(answer.status == 0 || answer.status >= 400) << bytes.substr(0, 40) << " " << answer.status;
  }
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = "POST /api/v1/session?a=b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    for (int j = 0; j < 4; ++j) bytes[random() % bytes.size()] = static_cast<char>(random());
    Client client(port());
    client.send(bytes.substr(0, random() % 4 ? std::string::npos : random() % bytes.size()));
    if (i % 3) client.close();  // gone before the answer
  }
  EXPECT_TRUE(answers());
}

TEST(Http, CompressesLongAnswersOnly) {
  Client client(port());
  const auto packed = client.ask("GET", "/api/v1/openapi.json", {}, {{"Accept-Encoding", "br, gzip;q=0.9"}});
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(nlohmann::json::parse(inflated(packed.body)), openapi());
  EXPECT_FALSE(client.ask("GET", "/api/v1/openapi.json", {}, {{"Accept-Encoding", "gzip;q=0"}}).headers.contains("content-encoding"));
  EXPECT_FALSE(client.ask("GET", "/api/v1/health", {}, {{"Accept-Encoding", "gzip"}}).headers.contains("content-encoding"));
}

TEST(Http, GuardsEveryAnswer) {
  for (const char* path : {"/", "/api/v1/health", "/api/v1/nothing", "/nothing.js"}) {
    const auto answer = Client(port()).ask("GET", path);
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff") << path;
    const std::string policy = answer.headers.at("content-security-policy");
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << path;
    EXPECT_EQ(policy.find("script-src 'self' 'unsafe-inline'"), std::string::npos) << path;
  }
  EXPECT_EQ(Client(port()).ask("GET", "/api/v1/health").headers.at("cache-control"), "no-store");
}

TEST(StaticFiles, ServesTheClientAndNothingElse) {
  Client client(port());
  const auto page = client.ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(client.ask("GET", "/w/demo/analyse/ist-journey?f=1").body, page.body) << "the client routes its own addresses";
  EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  const auto asset = client.ask("GET", "/assets/app-1a2b.js");
  EXPECT_NE(asset.headers.at("cache-control").find("immutable"), std::string::npos);
  EXPECT_EQ(client.ask("GET", "/assets/app-1a2b.js", {}, {{"If-None-Match", asset.headers.at("etag")}}).status, 304);
  EXPECT_EQ(client.ask("GET", "/assets/gone.js").status, 404);
  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "//secret.txt", "/.hidden"}) {
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().body.find("secret"), std::string::npos) << path;
  }
  EXPECT_EQ(client.ask("POST", "/", "x").status, 405);
}

TEST(Uploads, StreamAtConstantMemory) {
  auto editor = TestServer::get().person("editor");
  const auto memory_kb = [] {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
    return 0L;
  };
  constexpr size_t piece = 1 << 20, pieces = 300;
  std::string row;
  while (row.size() < piece) row += "k1;visit;2025-01-01 08:00:00\n";
  row.resize(piece);
  const auto head = [&](const std::string& length) {
    return "POST /api/v1/workspaces/" + TestServer::get().a + "/uploads?name=big.csv HTTP/1.1\r\nHost: localhost\r\nCookie: " + editor->cookie +
           "\r\nX-CSRF-Token: " + editor->csrf + "\r\n" + length + "\r\n\r\n";
  };
  Client client(port());
  client.send(head("Content-Length: " + std::to_string(piece * pieces)));
  const long before = memory_kb();
  long most = 0;
  for (size_t i = 0; i < pieces; ++i) {
    client.send(row);
    most = std::max(most, memory_kb());
  }
  const auto answer = client.receive();
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.json()["size_bytes"], piece * pieces);
  EXPECT_LT(most - before, 64 * 1024) << "a file is never held in memory";
  EXPECT_EQ(editor->remove("/workspaces/" + TestServer::get().a + "/uploads/" + std::string(answer.json()["id"])).status, 204);

  // Broken off: nothing stays, the server goes on.
  Client broken(port());
  broken.send(head("Content-Length: 1000000"));
  broken.send(row.substr(0, 1000));
  broken.close();
  EXPECT_TRUE(answers());
}

TEST(Uploads, AreRefusedBeforeTheirBodyIsRead) {
  Client client(port());
  client.send("POST /api/v1/workspaces/" + TestServer::get().a + "/uploads?name=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nab");
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 401) << answer.body;
}

TEST(Server, HoldsThousandsOfIdleStreams) {
  auto& server = TestServer::get();
  auto reader = server.person("reader");
  std::vector<std::unique_ptr<Client>> streams;
  for (int i = 0; i < 400; ++i) {  // with both ends in this process, within the usual limit of descriptors
    streams.push_back(std::make_unique<Client>(port()));
    streams.back()->send("GET /api/v1/workspaces/" + server.a + "/stream HTTP/1.1\r\nHost: localhost\r\nCookie: " + reader->cookie + "\r\n\r\n");
  }
  for (auto& s : streams) EXPECT_EQ(s->receive(true).status, 200);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(answers());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(Server, ManyClientsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> fine = 0;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([&] {
      Client client(port());
      for (int i = 0; i < 50; ++i) fine += client.ask("GET", "/api/v1/openapi.json").status == 200;
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(fine, 800);
}

}  // namespace
}  // namespace lotse::test
