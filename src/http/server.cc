#include "http/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <set>
#include <thread>

#include "base/log.h"
#include "base/pool.h"
#include "http/detail/connection.h"

namespace lotse::http {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using local = asio::local::stream_protocol;
using namespace std::chrono_literals;
constexpr auto token = asio::as_tuple(asio::use_awaitable);

class BoostServer : public Server, private detail::Host {
 public:
  BoostServer(const Options& options, Application& application)
      : options_(options), application_(application),
        requests_(std::make_unique<Pool>(options.workers, options.waiting_max)),
        transfers_(std::make_unique<Pool>(options.transfers, 64)) {}

  ~BoostServer() override { stop(); }

  Result<void> listen() {
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(options_.bind, failed);
    if (failed) return Error::invalid("cannot_listen", "", options_.bind + " is no address");
    const tcp::endpoint where(address, options_.port);
    acceptor_.open(where.protocol(), failed);
    if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor_.bind(where, failed);
    if (!failed) acceptor_.listen(1024, failed);
    if (failed == asio::error::address_in_use)
      return Error::make(ErrorKind::unavailable, "port_in_use", "port " + std::to_string(options_.port) + " of " + options_.bind);
    if (failed) return Error::make(ErrorKind::unavailable, "cannot_listen", options_.bind + ": " + failed.message());
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(context_, accept(acceptor_, false), asio::detached);
    if (!options_.socket.empty()) TRY(listen_locally());
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  uint16_t port() const override { return port_; }

  void stop() override {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      ending_ = true;
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      local_acceptor_.close(ignored);
      for (auto* connection : connections_) connection->end_soon();
      if (connections_.empty()) all_gone_.set_value();
    });
    if (all_gone_.get_future().wait_for(10s) != std::future_status::ready) {
      log_warning("http", "requests were still running after 10 s and are cut off");
      asio::post(context_, [this] {
        for (auto* connection : connections_) connection->cut();
      });
    }
    // Workers end while the loop still runs: they wait for reads and writes there. From here on nobody hands them work.
    std::promise<void> closed;
    asio::post(context_, [this, &closed] {
      closed_ = true;
      closed.set_value();
    });
    closed.get_future().wait();
    requests_.reset();
    transfers_.reset();
    context_.stop();
    thread_.join();
    if (!options_.socket.empty()) ::unlink(options_.socket.c_str());
  }

 private:
  Result<void> listen_locally() {
    ::unlink(options_.socket.c_str());  // left by a server that was killed; the data folder's lock is held
    boost::system::error_code failed;
    const local::endpoint where(options_.socket.string());
    const mode_t before = ::umask(0177);
    local_acceptor_.open(where.protocol(), failed);
    if (!failed) local_acceptor_.bind(where, failed);
    ::umask(before);
    if (!failed) local_acceptor_.listen(64, failed);
    if (failed) return Error::make(ErrorKind::unavailable, "cannot_listen", options_.socket.string() + ": " + failed.message());
    asio::co_spawn(context_, accept(local_acceptor_, true), asio::detached);
    return {};
  }

  template <class Acceptor>
  asio::awaitable<void> accept(Acceptor& acceptor, bool is_local) {
    for (;;) {
      auto [failed, socket] = co_await acceptor.async_accept(token);
      if (ending_ || failed == asio::error::operation_aborted || failed == asio::error::bad_descriptor) co_return;
      if (failed) {  // out of descriptors: wait for some to come back
        asio::steady_timer pause(context_, 100ms);
        co_await pause.async_wait(token);
        continue;
      }
      std::string address = "local";
      if constexpr (std::is_same_v<Acceptor, tcp::acceptor>) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        address = socket.remote_endpoint(ignored).address().to_string();
      }
      detail::start_connection(*this, std::move(socket), std::move(address), is_local);
    }
  }

  // detail::Host
  Application& application() override { return application_; }
  bool run_request(std::function<void()> work) override { return !closed_ && requests_->submit(std::move(work)); }
  bool run_transfer(std::function<void()> work) override { return !closed_ && transfers_->submit(std::move(work)); }
  bool ending() const override { return ending_; }
  void add(detail::Connection* connection) override { connections_.insert(connection); }
  void remove(detail::Connection* connection) override {
    connections_.erase(connection);
    if (ending_ && connections_.empty()) all_gone_.set_value();
  }

  const Options options_;
  Application& application_;
  asio::io_context context_{1};
  const asio::executor_work_guard<asio::io_context::executor_type> until_stopped_ = asio::make_work_guard(context_);
  tcp::acceptor acceptor_{context_};
  local::acceptor local_acceptor_{context_};
  uint16_t port_ = 0;
  // All of these belong to the loop's thread.
  bool ending_ = false, closed_ = false;
  std::set<detail::Connection*> connections_;
  std::promise<void> all_gone_;
  std::thread thread_;
  std::unique_ptr<Pool> requests_, transfers_;
};
}  // namespace

Result<std::unique_ptr<Server>> Server::start(const Options& options, Application& application) {
  auto server = std::make_unique<BoostServer>(options, application);
  TRY(server->listen());
  return Result<std::unique_ptr<Server>>(std::move(server));
}

}  // namespace lotse::http
