#!/usr/bin/env bash
# The store's figures on embedded defaults: start, first order, idle cost, latency of one order at a time, replay of real orders.
#   bench/store.sh [DATA] [PORT]     prints a Markdown report; DATA is made anew, everything is on loopback and ends with the script.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
data=${1:-$(mktemp -d)/store} port=${2:-18080}
tessera=$root/tessera
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
field() { grep -o "\"$1\": *\"[^\"]*" | head -1 | cut -d'"' -f4; }
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT

"$tessera" --version >/dev/null 2>&1 || true # Builds what is not built, so that it is not measured.
"$root/tessera" up --help >/dev/null
started=$(now)
"$tessera" up --detach --data "$data" --port "$port" >"$data.up" 2>&1 || { cat "$data.up" >&2; exit 1; }
ready=$(since "$started")
shop=$("$tessera" status --data "$data" --json | field gateway)

operator=$("$tessera" token --scripts --data "$data")
curl -sf "$shop/api/v1/stock/TEA-100/receipts" -H "Authorization: Bearer $operator" -H 'Content-Type: application/json' \
    -H 'Idempotency-Key: bench' -d '{"quantity":1000}' >/dev/null # More than the sample: this script orders it 121 times.
token=$(curl -s "$shop/api/v1/users" -H 'Content-Type: application/json' -d '{"email":"bench@example.org","password":"a long password"}' >/dev/null
    "$tessera" token --for bench@example.org --data "$data")
auth="Authorization: Bearer $token"
place() { curl -s "$shop/api/v1/orders" -H "$auth" -H 'Content-Type: application/json' -H "Idempotency-Key: $1" -d '{"lines":[{"sku":"TEA-100","quantity":1}]}' | field id; }
state() { curl -s "$shop/api/v1/orders/$1" -H "$auth"; }
await() { for _ in $(seq 400); do state "$1" | grep -q '"state":"Confirmed"' && return; sleep 0.02; done; echo "order $1 was not confirmed" >&2; exit 1; }
await "$(place first)"
first=$(since "$started")

# One at a time: placed and confirmed are the service's own times.
for i in $(seq 120); do id=$(place "one-$i"); await "$id"; state "$id"; echo; done |
    sed -n 's/.*"placedAt":"\([^"]*\)","confirmedAt":"\([^"]*\)".*/\1 \2/p' | tail -100 |
    while read -r a b; do echo $(( ($(date -d "$b" +%s%N) - $(date -d "$a" +%s%N)) / 1000 )); done | sort -n > "$data.latency"
p50=$(awk 'NR == 50 { printf "%.1f", $1 / 1000 }' "$data.latency") p99=$(awk 'NR == 99 { printf "%.1f", $1 / 1000 }' "$data.latency")

# Idle: what the six processes use in 30 s, from the kernel's accounting, once the start's code is compiled.
pids=$(cat "$data"/run/*.pid | awk '{ print $1 }')
ticks() { for p in $pids; do sed 's/.*) //' "/proc/$p/stat"; done | awk '{ t += $12 + $13 } END { print t }'; }
sleep 120; before=$(ticks); sleep 30; after=$(ticks)
cpu=$(awk -v a="$before" -v b="$after" 'BEGIN { printf "%.1f", (b - a) / 30 }')
rss=$(for p in $pids; do awk '/^VmRSS/ { print $2 }' "/proc/$p/status"; done | awk '{ s += $1 } END { printf "%.0f", s / 1024 }')
pss=$(for p in $pids; do awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup"; done | awk '{ s += $1 } END { printf "%.0f", s / 1024 }')

"$tessera" import "$root/samples/online-retail.csv" --data "$data" >"$data.import" 2>&1
"$tessera" replay "$root/samples/online-retail.csv" --data "$data" --concurrency 16 >"$data.replay" 2>&1 || true
verified=0; "$tessera" verify --data "$data" --wait 120 >"$data.verify" 2>&1 || verified=$?

cat <<REPORT
| figure | measured |
|---|---|
| \`up\` to all ready, built tree, new data folder | $ready s |
| \`up\` to the first confirmed order | $first s |
| idle, six processes: resident memory (proportional share) | $rss MB ($pss MB) |
| idle, six processes: CPU, of one core, over 30 s | $cpu % |
| placed to confirmed, one at a time, last 100 of 120 | p50 $p50 ms, p99 $p99 ms |

The replay of the real orders, concurrency 16:

\`\`\`
$(cat "$data.replay")
\`\`\`

\`verify\` ended with $verified:

\`\`\`
$(cat "$data.verify")
\`\`\`
REPORT
