#!/usr/bin/env python3
"""Embeds numbered migrations into a header: embed_migrations.py OUT.h FILE.sql..."""
import pathlib, re, sys

out, files = pathlib.Path(sys.argv[1]), sorted(pathlib.Path(f) for f in sys.argv[2:])
lines = ["// Made from migrations/operational by tools/embed_migrations.py.", "#pragma once", "#include <string_view>", "",
         "namespace lotse::db {", "struct Migration {", "  int number;", "  std::string_view name, sql;", "};",
         "inline constexpr Migration migrations[] = {"]
seen = set()
for file in files:
    m = re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name)
    if not m or m.group(1) in seen:
        sys.exit(f"{file}: a migration is called NNNN_name.sql, each number once")
    seen.add(m.group(1))
    # A comment may hold a semicolon; the statements are cut at it.
    body = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8")).strip()
    lines.append(f'    {{{int(m.group(1))}, "{m.group(2)}", R"sql({body})sql"}},')
lines += ["};", "}  // namespace lotse::db"]
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("\n".join(lines) + "\n", encoding="utf-8")
