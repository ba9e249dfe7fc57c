#!/usr/bin/env bash
# What clients cost that follow an order and hear nothing, on a whole store on embedded defaults.
#   bench/listeners.sh [COUNT] [DATA] [PORT]     5,000 unless told otherwise; DATA is made anew.
# With DOTNET_GCDUMP (where the program dotnet-gcdump is) it leaves a dump of each process in the working folder, which
# collects all garbage, and says what is left then.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
count=${1:-5000} data=${2:-$(mktemp -d)/store} port=${3:-18480}
tessera=$root/tessera
field() { grep -o "\"$1\": *\"[^\"]*" | head -1 | cut -d'"' -f4; }
share() { awk '/^Pss:/ { printf "%.1f", $2 / 1024 }' "/proc/$1/smaps_rollup"; }
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT
ulimit -n 20000

dotnet build "$root/bench/Gateway" -c Release -v q -clp:NoSummary --nologo >&2
Orders__FollowersPerCallerMax=$((count + 10)) Gateway__CustomerPerSecond=100000 Gateway__Limits__PerClientMax=100000 \
    "$tessera" up --detach --data "$data" --port "$port" >/dev/null
shop=$("$tessera" status --data "$data" --json | field gateway)
curl -s "$shop/api/v1/users" -H 'Content-Type: application/json' -d '{"email":"bench@example.org","password":"a long password"}' >/dev/null
token=$("$tessera" token --for bench@example.org --data "$data")
order=$(curl -s "$shop/api/v1/orders" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -H 'Idempotency-Key: listeners' -d '{"lines":[{"sku":"TEA-100","quantity":1}]}' | field id)
gateway=$(awk '{ print $1 }' "$data"/run/gateway.pid) orders=$(awk '{ print $1 }' "$data"/run/orders.pid)
dotnet "$root/artifacts/bin/Gateway.Bench/release/Tessera.Gateway.Bench.dll" \
    listeners "$shop" "$token" "$order" "$count" "$gateway" "$orders"
