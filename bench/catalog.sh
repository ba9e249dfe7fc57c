#!/usr/bin/env bash
# Searches at a steady rate in a catalogue of 100,000 products, beside a store that runs whole.
#   bench/catalog.sh [ENGINE] [PRODUCTS] [RATE] [SECONDS] [PORT]     prints a Markdown table; all is on loopback and ends with it.
# ENGINE is sqlite or postgres.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
engine=${1:-sqlite} products=${2:-100000} rate=${3:-100} seconds=${4:-60} port=${5:-18080}
data=$(mktemp -d)/store
tessera=$root/tessera
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT
run() { dotnet run -c Release --no-build --project "$root/bench/Catalog" -- "$@"; }

dotnet build "$root/bench/Catalog" -c Release -v q -clp:NoSummary --nologo >/dev/null
database=(); [ "$engine" = sqlite ] || database=(--database "$engine")
# All requests come from one anonymous client, which has a limit of its own.
Gateway__AnonymousPerSecond=100000 "$tessera" up --detach --data "$data" --port "$port" "${database[@]}" >"$data.up" 2>&1 ||
    { cat "$data.up" >&2; exit 1; }
TOKEN=$("$tessera" token --scripts --data "$data") run fill "http://127.0.0.1:$port" "$products"
"$tessera" verify --data "$data" --wait 600 >"$data.verify" 2>&1 || { cat "$data.verify" >&2; exit 1; } # Each event has been handled.
echo "$engine, $products products, load before $(cut -d' ' -f1 /proc/loadavg):"
echo
run search "http://127.0.0.1:$port" "$rate" "$seconds"
