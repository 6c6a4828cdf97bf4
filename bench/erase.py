# Run by bench/erase.sh: LOTSE LOG EVENTS FOLDER
import csv, http.cookiejar, itertools, json, os, re, shutil, signal, socket, statistics, subprocess, sys, threading, time, urllib.error, urllib.request

lotse, log, events, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
erased = 1000
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
token = {}
jar = http.cookiejar.CookieJar()


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    for attempt in range(6000):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}", data, {"Content-Type": "application/json", **token}, method=method)
        try:
            return json.loads(urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open(request).read())
        except urllib.error.HTTPError as error:
            if error.code != 503:
                sys.exit(f"{method} {path}: {error.code} {error.read()[:300]}")
        except urllib.error.URLError:
            pass
        time.sleep(0.02)
    sys.exit("the server does not answer")


def run(*command):
    subprocess.run([lotse, *command, "--data", folder], check=True, stdout=subprocess.DEVNULL)


server = subprocess.Popen([lotse, "serve", "--data", folder, "--port", str(port)], stdout=open(f"{folder}.log", "w"), stderr=subprocess.STDOUT)
try:
    ask("GET", "/health")
    run("workspace", "add", "Bench", "--slug", "bench", "--administrator", "admin@lotse.local")
    mapping = {"read": {"time_zone": "UTC"}, "columns": [{"column": c, "role": r} for c, r in
               [("customer_id", "customer"), ("touchpoint", "event_type"), ("ts", "time"), ("channel", "channel"), ("cost", "cost")]]}
    with open(f"{folder}/mapping.json", "w") as file:
        json.dump(mapping, file)
    run("import", log, "--workspace", "bench", "--source", "CRM", "--mapping", f"{folder}/mapping.json")
    password = re.search(r"Sign-in\s+\S+\s+(\S+)", open(f"{folder}.log").read()).group(1)
    session = ask("POST", "/session", {"email": "admin@lotse.local", "password": password})
    token["X-CSRF-Token"] = session["csrf_token"]
    workspace = "/workspaces/" + next(w["id"] for w in session["workspaces"] if w["slug"] == "bench")
    graph = lambda: ask("POST", workspace + "/analysis/graph", {"measures": []})
    before = graph()["basis"]["events"]
    if before != events:
        sys.exit(f"the graph holds {before} events of {events}")

    # Customers from all over the log, and how many events they have.
    with open(log, newline="") as file:
        rows = csv.reader(file)
        column = next(rows).index("customer_id")
        every = dict.fromkeys(row[column] for row in itertools.islice(rows, 3_000_000))
    customers = list(every)[:: max(1, len(every) // erased)][:erased]
    chosen, theirs = set(customers), 0
    with open(log, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            theirs += row[column] in chosen

    stop, times = threading.Event(), []

    def queries():
        while not stop.is_set():
            began = time.time()
            graph()
            ask("POST", workspace + "/analysis/variants", {"limit": 10})
            times.append(time.time() - began)

    asking = threading.Thread(target=queries)
    asking.start()
    began = time.time()
    request = ask("POST", workspace + "/privacy/requests", {"kind": "erasure", "customers": customers})
    gone = None
    while request["state"] not in ("done", "failed") and time.time() - began < 600:
        time.sleep(0.05)
        request = ask("GET", f"{workspace}/privacy/requests/{request['id']}")
        if gone is None and request["state"] in ("hidden", "done"):
            gone = time.time() - began
    bytes_gone = time.time() - began
    stop.set()
    asking.join()
    after = graph()["basis"]["events"]
    print(f"{'customers, events':44} {erased:,}, {theirs:,} of {events:,}")
    print(f"{'gone from every query':44} {gone:8.2f} s   {request['proof']['gone_after_s']:.2f} s by the proof")
    print(f"{'bytes gone':44} {bytes_gone:8.2f} s   {request['proof']['bytes_gone_after_s']:.2f} s by the proof")
    print(f"{'graph and variants meanwhile':44} {statistics.median(times) * 1000:8.1f} ms   slowest {max(times) * 1000:.0f} ms, {len(times)} pairs")
    if request["state"] != "done" or after != events - theirs or gone > 10 or bytes_gone > 60:
        sys.exit(f"not reached: {request['state']}, {after} events left of {events - theirs}")
finally:
    server.send_signal(signal.SIGTERM)
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)
