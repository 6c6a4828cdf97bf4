#!/usr/bin/env python3
"""Turns "-- name: x" blocks of .sql files into constants: embed_sql.py MODULE OUT.h FILE.sql..."""
import pathlib, re, sys

module, out, files = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
lines = ["// Made from the module's .sql files by tools/embed_sql.py.", "#pragma once", '#include "db/statement.h"', "",
         f"namespace lotse::{module}::sql {{"]
seen = set()
for file in files:
    name, body = None, []

    def flush():
        if name is None:
            return
        if name in seen:
            sys.exit(f"{file}: the statement {name} stands twice")
        seen.add(name)
        text = "\n".join(body).strip().rstrip(";")
        lines.append(f'inline constexpr db::Statement {name}{{"{module}.{name}", R"sql({text})sql"}};')

    for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines():
        m = re.match(r"--\s*name:\s*(\w+)\s*$", line)
        if m:
            flush()
            name, body = m.group(1), []
        elif name is not None:
            body.append(line)
    flush()
lines.append("")
lines.append("/// Every statement, for the test that prepares each on both databases.")
lines.append("inline constexpr const db::Statement* all[] = {" + ", ".join("&" + n for n in sorted(seen)) + "};")
lines.append(f"}}  // namespace lotse::{module}::sql")
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("\n".join(lines) + "\n", encoding="utf-8")
