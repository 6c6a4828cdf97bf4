#!/usr/bin/env python3
"""Text files as constants.

embed_text.py migrations:MODULE OUT.h FILE.sql...   lotse::MODULE::embedded_migrations (number, name, text), by number
embed_text.py problems OUT.h FILE.json...      lotse::http::embedded_problems: one JSON object of all codes; the last file wins
"""
import json, pathlib, re, sys

kind, out = sys.argv[1], pathlib.Path(sys.argv[2])
files = sorted(sys.argv[3:], key=lambda f: (pathlib.Path(f).name == "problems.json", pathlib.Path(f).name))


def literal(text):
    # Compilers bound the length of one literal; pieces are joined by the compiler.
    return "\n".join(f'R"text({text[i:i + 8000]})text"' for i in range(0, len(text), 8000)) or '""'


if kind.startswith("migrations"):
    module = kind.partition(":")[2] or "db"
    rows, seen = [], {}
    for file in files:
        path = pathlib.Path(file)
        m = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if not m:
            sys.exit(f"{file}: a migration is named NNNN_name.sql")
        if m[1] in seen:
            sys.exit(f"{file}: the number stands twice, also in {seen[m[1]]}")
        seen[m[1]] = file
        rows.append(f'    {{{int(m[1])}, "{m[2]}", {literal(path.read_text(encoding="utf-8"))}}},')
    body = [f"namespace lotse::{module} {{", "struct EmbeddedMigration { int number; const char* name; const char* sql; };",
            "inline constexpr EmbeddedMigration embedded_migrations[] = {", *rows, "};", f"}}  // namespace lotse::{module}"]
else:
    codes = {}
    for file in files:
        for code, texts in json.loads(pathlib.Path(file).read_text(encoding="utf-8")).items():
            if not re.fullmatch(r"[a-z0-9_]+", code):
                sys.exit(f"{file}: {code}: a code is written in snake_case")
            if set(texts) != {"en", "de"} or not all(t.strip() for t in texts.values()):
                sys.exit(f"{file}: {code}: a text in 'en' and one in 'de' are wanted")
            codes[code] = texts  # of problems.json, which comes last: shared codes stand there
    body = ["namespace lotse::http {",
            f"inline constexpr const char* embedded_problems = {literal(json.dumps(codes, ensure_ascii=False, sort_keys=True, indent=0))};",
            "}  // namespace lotse::http"]
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("\n".join(["// Made by tools/embed_text.py.", "#pragma once", "", *body]) + "\n", encoding="utf-8")
