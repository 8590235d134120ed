// muster serve: the six endpoints over HTTP.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "command.h"
#include "listen_address.h"
#include "muster/http.h"
#include "server.h"

namespace muster::cli {
namespace {

struct ServeOptions : CommonOptions {
  std::string listen = "127.0.0.1:8080";
  std::string mount;
  bool hosts_require_key = false;
  int threads = std::max(1u, std::thread::hardware_concurrency());
  int max_connections = 10000;
  int64_t idle_timeout_ms = 60000;
  int64_t drain_ms = 0;
  int64_t host_timeout_ms = 0;
};

const CLI::Validator kListenAddress(
    [](const std::string& text) {
      if (ParseListenAddress(text)) return std::string();
      return "must be ADDR:PORT, such as 127.0.0.1:8080 or [::1]:0, and not " + text;
    },
    "");

const CLI::Validator kMountPrefix(
    [](const std::string& text) {
      const bool is_path = std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c > ' ' && c != 0x7f && c != '?' && c != '#';
      });
      if (is_path && text.size() > 1 && text.front() == '/' && text.back() != '/') {
        return std::string();
      }
      return "must begin with a slash, not end with one, and be a path such as /api, and not " +
             text;
    },
    "");

// Makes room for threads and connections, as far as the system lets us. Where
// connections are missing, that is met at accept, which then waits; without its
// own, h2o would abort the process.
absl::Status RaiseFileLimit(int threads, int max_connections) {
  constexpr rlim_t kFilesOfThread = 3;  // h2o's epoll, and a pipe that wakes it
  constexpr rlim_t kFewestOthers = 24;  // the store, the listener, one connection
  constexpr rlim_t kOthers = 64;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return absl::OkStatus();
  const rlim_t of_threads = kFilesOfThread * static_cast<rlim_t>(threads);
  const rlim_t wanted = of_threads + static_cast<rlim_t>(max_connections) + kOthers;
  if (limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  const rlim_t fewest = of_threads + kFewestOthers;
  if (limit.rlim_cur >= fewest) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      "a limit of " + std::to_string(limit.rlim_cur) + " open files is too low for " +
      std::to_string(threads) + " threads; give fewer --threads, or at least `ulimit -n " +
      std::to_string(fewest) + "`");
}

absl::Status Serve(const ServeOptions& options) {
  if (absl::Status raised = RaiseFileLimit(options.threads, options.max_connections);
      !raised.ok()) {
    return raised;
  }
  ServerOptions server_options;
  server_options.threads = options.threads;
  server_options.max_connections = options.max_connections;
  server_options.idle_timeout = std::chrono::milliseconds(options.idle_timeout_ms);
  server_options.drain_time = std::chrono::milliseconds(options.drain_ms);

  // The catalog and the handler must outlive the server, and the address comes
  // before the store, so that no store is made for a server that cannot start.
  std::unique_ptr<Catalog> catalog;
  std::optional<Handler> handler;
  Server server(server_options);
  if (absl::Status bound = server.Bind(*ParseListenAddress(options.listen)); !bound.ok()) {
    return bound;
  }
  Options catalog_options;
  catalog_options.host_timeout_ms = options.host_timeout_ms;
  auto opened = Catalog::Open(options.db, catalog_options);
  if (!opened.ok()) return opened.status();
  catalog = std::move(*opened);

  HandlerOptions handler_options;
  handler_options.mount_prefix = options.mount;
  handler_options.hosts_require_credential = options.hosts_require_key;
  handler_options.readiness_check = [&server] {
    return server.draining() ? absl::UnavailableError("draining") : absl::OkStatus();
  };
  auto created = Handler::Create(catalog.get(), std::move(handler_options));
  if (!created.ok()) return created.status();
  handler.emplace(std::move(*created));

  if (absl::Status started = server.Start(&*handler); !started.ok()) return started;
  // Not through std::cout, whose faults are the command's: a server goes on when
  // nobody reads this.
  std::printf("listening on %s\n", server.url().c_str());
  std::fflush(stdout);
  server.Wait();
  return catalog->Close();
}

template <typename Number>
void AddNumber(CLI::App& command, const std::string& name, Number& value, int min, int max,
               const std::string& text) {
  command.add_option(name, value, text)
      ->check(CLI::Range(min, max).description(""))
      ->type_name("N")
      ->capture_default_str();
}

void Declare(CLI::App& command, ServeOptions& options) {
  constexpr int kDayMs = 86400000;
  command
      .add_option("--listen", options.listen,
                  "Where to listen; a name is one of its addresses, IPv4 before IPv6, and with "
                  "port 0 the system chooses")
      ->check(kListenAddress)
      ->type_name("ADDR:PORT")
      ->capture_default_str();
  command.add_option("--mount", options.mount, "Put before every path, such as /api")
      ->check(kMountPrefix)
      ->type_name("PREFIX");
  command.add_flag("--hosts-require-key", options.hosts_require_key,
                   "Ask for an API key on /v1/hosts, which is public otherwise");
  AddNumber(command, "--threads", options.threads, 1, 1024, "Threads that serve");
  AddNumber(command, "--max-connections", options.max_connections, 1, 1000000,
            "Connections at a time; more wait until one ends");
  AddNumber(command, "--idle-timeout-ms", options.idle_timeout_ms, 1, kDayMs,
            "The time that a client has to send a request, and between two");
  AddNumber(command, "--drain-ms", options.drain_ms, 0, kDayMs,
            "How long it goes on serving after SIGTERM, with /readyz at 503");
  AddNumber(command, "--host-timeout-ms", options.host_timeout_ms, 0, kDayMs,
            "Show a host as dead that sent no heartbeat for so long; 0: never");
}

}  // namespace

void AddServe(CLI::App& app, Invocation& invocation) {
  AddCommand<ServeOptions>(app, invocation, "serve",
                           "Answer HTTP requests from a store, which is made if missing",
                           "  muster serve --db var/db\n"
                           "  muster serve --listen [::]:80 --mount /api --drain-ms 5000\n"
                           "SIGTERM and SIGINT end it when all requests under way are "
                           "answered; a second one at once.",
                           Declare, Serve);
}

}  // namespace muster::cli
