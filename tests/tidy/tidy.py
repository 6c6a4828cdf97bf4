#!/usr/bin/env python3
"""What a compiler does not see: the module table, problem texts, file lengths, links, coverage rows, leftovers.

Each check prints its findings; the last line counts them. Exit 1 where there are any.
"""
import json
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
findings = []
checks = 0


def say(where, what):
    findings.append(f"{where}: {what}")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], cwd=root, text=True, capture_output=True, check=True).stdout
    return [root / line for line in out.splitlines() if (root / line).is_file()]


def check(f):
    global checks
    checks += 1
    f()
    return f


def table():
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([\w ]*)\|$", text, re.M)
    return {m: set(uses.split()) for m, uses in rows if m != "module"}


@check
def includes_follow_the_table():
    allowed = table()
    if len(allowed) < 10:
        return say("ARCHITECTURE.md", "the dependency table could not be read")
    for path in tracked("src/*.h", "src/*.cc"):
        module = path.relative_to(root / "src").parts[0]
        test = path.name.endswith(("_test.cc", "_bench.cc"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            m = re.match(r'#include "(\w+)/(detail/)?', line)
            if not m or m.group(1) == module or m.group(1) not in allowed:
                if m and m.group(1) not in allowed and (root / "src" / m.group(1)).is_dir():
                    say(f"{path.relative_to(root)}:{number}", f"module {m.group(1)} stands in no row of the table")
                continue
            if module in allowed and m.group(1) not in allowed[module] and "all" not in allowed[module] and not test:
                say(f"{path.relative_to(root)}:{number}", f"{module} may not include {m.group(1)}")
            if m.group(2):
                say(f"{path.relative_to(root)}:{number}", f"detail headers of {m.group(1)} are its own")


@check
def cmake_links_what_the_table_allows():
    allowed = table()
    for m in re.finditer(r"lotse_module\((\w+)\s+(?:USES ([\w ]+?))?(?:\s+LIBS [^)]*)?\)", (root / "CMakeLists.txt").read_text()):
        uses = set((m.group(2) or "").split())
        if m.group(1) in allowed and "all" not in allowed[m.group(1)] and uses - allowed[m.group(1)]:
            say("CMakeLists.txt", f"{m.group(1)} links {sorted(uses - allowed[m.group(1)])}, which the table does not allow")


@check
def libraries_stay_in_their_folder():
    homes = {r"<duckdb\.h>|\"duckdb\.h\"": {"events"}, r"<sqlite3\.h>|<libpq-fe\.h>": {"db"}, r"<boost/": {"http"}, r"<expat\.h>|<zip\.h>|<zlib\.h>": {"formats", "http"}, r"<simdjson\.h>": {"formats"}}
    for path in tracked("src/*.h", "src/*.cc"):
        module, text = path.relative_to(root / "src").parts[0], path.read_text(encoding="utf-8")
        for pattern, folders in homes.items():
            if module not in folders and re.search(r"#include (%s)" % pattern, text):
                say(path.relative_to(root), f"includes {pattern}, which belongs to {sorted(folders)}")


@check
def every_problem_code_has_its_texts():
    texts = {}
    for path in sorted((root / "api").glob("problems*.json")) + sorted((root / "api/problems.d").glob("*.json")):
        for code, entry in json.loads(path.read_text(encoding="utf-8")).items():
            texts[code] = entry
            if not entry.get("en") or not entry.get("de"):
                say(path.relative_to(root), f"{code} lacks a text")
    used = {}
    for path in tracked("src/*.cc", "src/*.h"):
        if path.name.endswith("_test.cc"):
            continue
        text = path.read_text(encoding="utf-8")
        for m in re.finditer(r'Error::invalid\(\s*"([a-z_0-9]+)"|Error::make\(\s*ErrorKind::\w+,\s*"([a-z_0-9]+)"|Error\{\s*ErrorKind::\w+,\s*"([a-z_0-9]+)"', text):
            used[next(g for g in m.groups() if g)] = path
    for code, path in sorted(used.items()):
        if code not in texts:
            say(path.relative_to(root), f"the code {code} has no text in api/problems.d")


@check
def files_hold_one_idea():
    for path in tracked("src/*.h", "src/*.cc", "web/src/*.ts", "web/src/*.tsx", "migrations/*.sql", "tests/*", "bench/*", "demo/*"):
        if path.suffix not in {".h", ".cc", ".ts", ".tsx", ".sql", ".mjs", ".py", ".sh"} or path.name == "schema.ts":
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").count("\n")
        if lines > 1000:
            say(path.relative_to(root), f"{lines} lines; split it")


@check
def links_in_the_docs_lead_somewhere():
    for path in tracked("*.md", "docs/*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                say(path.relative_to(root), f"the link {target} leads nowhere")


@check
def coverage_has_a_row_for_each_requirement():
    text = (root / "docs/coverage.md").read_text(encoding="utf-8") if (root / "docs/coverage.md").exists() else ""
    rows = re.findall(r"^\| (R-\d{3}) \|(.*)\|$", text, re.M)
    ids = [r[0] for r in rows]
    for n in range(1, 303):
        if ids.count(f"R-{n:03}") != 1:
            say("docs/coverage.md", f"R-{n:03} has {ids.count(f'R-{n:03}')} rows")
    for rid, rest in rows:
        cells = [c.strip() for c in rest.split("|")]
        if cells[-1] not in {"works", "partly", "not yet"}:
            say("docs/coverage.md", f"{rid}: the state is works, partly or not yet")
        if cells[-1] == "works" and ("–" in cells[-2] or not cells[-2]):
            say("docs/coverage.md", f"{rid} works, but names no test")
        for test in re.findall(r"`([\w./-]+\.(?:cc|mjs|golden|py|sh|ts|tsx))`", rest):
            if not (root / test).exists():
                say("docs/coverage.md", f"{rid}: {test} does not exist")


@check
def both_languages_have_the_same_user_pages():
    for kind in ("user", "operate"):
        names = {lang: {p.name for p in (root / "docs" / kind / lang).glob("*.md")} for lang in ("de", "en")}
        for only in names["de"] ^ names["en"]:
            say(f"docs/{kind}", f"{only} exists in one language only")


@check
def nothing_is_left_over():
    for path in tracked("*"):
        if path.suffix in {".png", ".xlsx", ".gz", ".woff2", ".lock"} or path.name in {"package-lock.json", "tidy.py"} or "corpus" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for m in re.finditer(r"\b(TODO|FIXME|XXX)\b|/work/(main|shared)|/root/|registry\.npmjs|deb\.debian", text):
            say(path.relative_to(root), f"holds '{m.group(0)}'")


for line in findings:
    print(line)
print(f"{checks} checks, {len(findings)} findings")
sys.exit(1 if findings else 0)
