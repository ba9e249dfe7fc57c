#!/usr/bin/env bash
# Google's Lighthouse (Apache-2.0, from npm) on the shop's pages in a store that is started for it.
#   bench/lighthouse.sh [PORT]     prints a Markdown table; all is on loopback. Needs node and chromium (CHROME_PATH).
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
port=${1:-18080} data=$(mktemp -d)/store tessera=$root/tessera modules=$root/artifacts/npm/lighthouse
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT

mkdir -p "$modules"
npm install --prefix "$modules" --no-save --no-audit --no-fund lighthouse@12.8.2 puppeteer-core@24.43.1 >"$modules/install.log" 2>&1 ||
    { cat "$modules/install.log" >&2; exit 1; }
cp "$root/bench/Lighthouse/measure.mjs" "$modules/" # Modules are looked for beside the script that names them.
"$tessera" up --detach --data "$data" --port "$port" >"$data.up" 2>&1 || { cat "$data.up" >&2; exit 1; }
node "$modules/measure.mjs" "http://127.0.0.1:$port" TEA-100
