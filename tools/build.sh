#!/usr/bin/env bash
# Builds the release program and the web client; quick where nothing changed. Progress is visible.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.deps/node/bin:$PATH"
say() { printf '\033[2m%s\033[0m %s\n' "$(date +%H:%M:%S)" "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }
mkdir -p build
quietly() {  # what log command…: output goes to the log; its end is shown where the command fails
  local what=$1 log=$2; shift 2
  "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; die "$what failed. The whole output stands in $log."; }
}

[ -e build/release/build.ninja ] || { say "configuring the build"; quietly "Configuring" build/configure.log cmake --preset release; }
if [ -e build/release/lotse ]; then say "building what has changed"; else say "building the program (several minutes on two cores)"; fi
if [ -t 1 ]; then
  NINJA_STATUS='[%f/%t] ' ninja -C build/release "${@:-lotse}" || die "The build failed; the compiler's message stands above. After mending it, start again: finished steps are kept."
else
  quietly "The build" build/build.log ninja -C build/release "${@:-lotse}"
fi

# The web client is built anew only where its sources changed.
stamp=$(cat api/openapi.json api/problems.json api/problems.d/*.json $(git ls-files -co --exclude-standard web | sort) 2>/dev/null | sha256sum | cut -d' ' -f1)
if [ ! -e web/dist/index.html ] || [ "$(cat web/dist/.stamp 2>/dev/null)" != "$stamp" ]; then
  say "building the web client"
  (cd web && quietly "The web client's build" ../build/web.log npm run --silent build)
  echo "$stamp" >web/dist/.stamp
fi
