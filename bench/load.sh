#!/usr/bin/env bash
# Orders at a steady rate on PostgreSQL, each watched from placing to its confirmation.
#   bench/load.sh [ORDERS] [RATE] [DATA] [PORT]     prints a Markdown report; DATA is made anew, all is on loopback.
# The first seconds of a store that has just started are told apart: its code is still being compiled, its pools fill.
# So WARM orders (2000) come first at a sixth of the rate, and count for nothing; WARM=0 begins at once.
# Ends with 1 when an order was not confirmed or took longer than 2 s.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
warm=${WARM:-2000}
orders=${1:-50000} rate=${2:-300} data=${3:-$(mktemp -d)/store} port=${4:-18080}
tessera=$root/tessera
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT

# A hundred products, of each ten times what the orders need, and orders of a thousand customers.
header=InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
mkdir -p "$data"
awk -v n=$((orders + warm)) -v h="$header" 'BEGIN { print h
    for (i = 0; i < 100; i++) printf "9000000,%d,Product %d,%d,2011-01-01 10:00,4.15,1,UK\n", 60000 + i, i, n / 10 + 100 }' >"$data.stock.csv"
invoices() { awk -v first="$1" -v n="$2" -v h="$header" 'BEGIN { print h
    for (i = 0; i < n; i++) printf "%d,%d,Product %d,1,2011-01-02 10:00,4.15,%d,UK\n", first + i, 60000 + i % 100, i % 100, 1 + i % 1000 }'; }
invoices 1000000 "$orders" >"$data.orders.csv"
invoices 5000000 "$warm" >"$data.warm.csv"

"$tessera" up --detach --empty --database postgres --data "$data" --port "$port" >"$data.up" 2>&1 || { cat "$data.up" >&2; exit 1; }
"$tessera" import "$data.stock.csv" --data "$data" >"$data.import" 2>&1 || { cat "$data.import" >&2; exit 1; }
[ "$warm" = 0 ] || "$tessera" replay "$data.warm.csv" --data "$data" --rate $((rate / 6)) --concurrency 16 >"$data.warmed" 2>&1
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
"$tessera" replay "$data.orders.csv" --data "$data" --rate "$rate" --concurrency 64 >"$data.replay" 2>&1 || true
"$tessera" verify --data "$data" --wait 60 >"$data.verify" 2>&1 && whole="every invariant whole" || whole="NOT WHOLE"

# The service's own times. The address holds the password of this store's own server.
sql() { psql -X -q -A -t -F ' ' "$(sed -n 's/.*"orders": *"\([^"]*\)".*/\1/p' "$data/keys/databases.json" | tr ';' '\n' | awk -F= '
    { k = tolower($1); v = $2 } k == "host" { h = v } k == "port" { p = v } k == "database" { d = v } k == "username" { u = v } k == "password" { w = v }
    END { printf "host=%s port=%s dbname=%s user=%s password=%s", h, p, d, u, w }')" -c "$1"; }
read -r confirmed late p50 p99 longest < <(sql "select count(*), count(*) filter (where ms > 2000),
    round(percentile_cont(0.5) within group (order by ms)), round(percentile_cont(0.99) within group (order by ms)), round(max(ms))
    from (select extract(epoch from confirmed_at - placed_at) * 1000 as ms from orders where state = 'Confirmed' and placed_at >= '$began') as each")

cat <<REPORT
| figure | measured |
|---|---|
| orders asked for, at a rate of | $orders, $rate/s, after $warm slower ones |
| confirmed | $confirmed, $whole |
| placed to confirmed | p50 $p50 ms, p99 $p99 ms, longest $longest ms |
| later than 2 s | $late |
| waiting for a processor at the end (load) | $(cut -d' ' -f1-3 /proc/loadavg) |

$(grep -E '^(placed|confirmed|speed) ' "$data.replay" | sed 's/^/    /')
REPORT
[ "$confirmed" = "$orders" ] && [ "$late" = 0 ] && [ "$whole" != "NOT WHOLE" ]
