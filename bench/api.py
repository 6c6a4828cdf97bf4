# Run by bench/api.sh: LOTSE LOG EVENTS FOLDER
import http.cookiejar, json, os, re, shutil, signal, socket, statistics, subprocess, sys, time, urllib.error, urllib.request

lotse, log, events, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
token = {}


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}", data, {"Content-Type": "application/json", **token}, method=method)
    for attempt in range(3000):
        began = time.time()
        try:
            return json.loads(browser.open(request).read()), time.time() - began
        except urllib.error.HTTPError as error:
            if error.code != 503:
                sys.exit(f"{method} {path}: {error.code} {error.read()[:300]}")
        except urllib.error.URLError:
            pass
        time.sleep(0.02)
    sys.exit("the server does not answer")


def start():
    server = subprocess.Popen([lotse, "serve", "--data", folder, "--port", str(port)], stdout=open(f"{folder}.log", "w"), stderr=subprocess.STDOUT)
    ask("GET", "/health")
    return server


def stop(server):
    server.send_signal(signal.SIGTERM)
    server.wait()


def sign_in():
    password = re.search(r"Sign-in\s+\S+\s+(\S+)", open(f"{folder}.log").read()).group(1)
    token.clear()
    session = ask("POST", "/session", {"email": "admin@lotse.local", "password": password})[0]
    token["X-CSRF-Token"] = session["csrf_token"]
    return next((w["id"] for w in session["workspaces"] if w["slug"] == "bench"), None)


def run(*command):
    subprocess.run([lotse, *command, "--data", folder], check=True, stdout=subprocess.DEVNULL)


server = start()
try:
    run("workspace", "add", "Bench", "--slug", "bench", "--administrator", "admin@lotse.local")
    mapping = {"read": {"time_zone": "UTC"}, "columns": [{"column": c, "role": r} for c, r in
               [("customer_id", "customer"), ("touchpoint", "event_type"), ("ts", "time"), ("channel", "channel"), ("cost", "cost")]]}
    with open(f"{folder}/mapping.json", "w") as file:
        json.dump(mapping, file)
    began = time.time()
    run("import", log, "--workspace", "bench", "--source", "CRM", "--mapping", f"{folder}/mapping.json")
    print(f"{'import by the command line':44} {time.time() - began:8.1f} s")
    graph = f"/workspaces/{sign_in()}/analysis/graph"
    first = ask("POST", graph, {"measures": []})[0]
    if first["basis"]["events"] != events:
        sys.exit(f"the graph holds {first['basis']['events']} events of {events}")
    touchpoints = [node["touchpoint"] for node in first["nodes"]]
    channels = [["web"], ["app"], ["email"], ["store"], ["social"], ["web", "app"], ["web", "email"]]
    filters = {
        "customers who": lambda i: {"sequences": [{"kind": "contains", "touchpoints": [touchpoints[(3 * i + 5) % len(touchpoints)]]}]},
        "period": lambda i: {"from": f"2025-02-{i + 1:02d}", "to": "2025-06-01"},
        "channel": lambda i: {"event_attributes": [{"attribute": "channel", "values": channels[i]}]},
    }
    for measures in ([], ["mean"], ["median"], ["customers"]):
        for name, make in filters.items():
            times = [ask("POST", graph, {"measures": measures, "filter": make(i)})[1] * 1000 for i in range(7)]
            print(f"{(measures or ['count'])[0] + ', ' + name:44} {statistics.median(times):8.1f} ms   {min(times):.1f} to {max(times):.1f}")
    file = f"{folder}/workspaces/{graph.split('/')[2]}/columns.snapshot"
    while not os.path.exists(file):
        time.sleep(0.1)
    stop(server)
    began = time.time()
    server = start()
    sign_in()
    again = ask("POST", graph, {"measures": []})[0]
    print(f"{'restart until the first answer':44} {time.time() - began:8.2f} s")
    if again["basis"]["events"] != events:
        sys.exit("events are missing after the restart")
finally:
    stop(server)
    shutil.rmtree(folder, ignore_errors=True)
