#!/usr/bin/env bash
# What telemetry costs a store: throughput without OTLP, with 10 % and with 100 % of the traces, against a collector that takes everything.
#   bench/telemetry.sh [ORDERS] [ROUNDS] [DATA] [PORT]     prints a Markdown report; DATA is made anew, all is on loopback.
# Three stores stand side by side, each warmed up with WARM orders (2000); in each round each of them gets ORDERS orders as fast as it takes
# them, alone, in an order that changes from round to round. Only the ratios of a round count: the machine drifts between them.
# Ends with 1 when the median loss at 10 % exceeds LOSS percent (10), when an order was not confirmed, or when the collector got nothing.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
orders=${1:-5000} rounds=${2:-6} data=${3:-$(mktemp -d)/stores} port=${4:-18080}
warm=${WARM:-2000} loss=${LOSS:-10} database=${DATABASE:-sqlite} concurrency=${CONCURRENCY:-64}
tessera=$root/tessera sink=http://127.0.0.1:$((port + 9)) sink_pid=
variants=(none ten all)
mkdir -p "$data"
finish() {
    for name in "${variants[@]}"; do "$tessera" down --data "$data/$name" >/dev/null 2>&1 || true; done
    [ -z "$sink_pid" ] || kill "$sink_pid" 2>/dev/null || true
}
trap finish EXIT

dotnet build "$root/bench/OtlpSink/OtlpSink.csproj" -c Release -v q --nologo >"$data/sink.build" 2>&1 || { cat "$data/sink.build" >&2; exit 1; }
dotnet "$root/artifacts/bin/OtlpSink/release/Tessera.OtlpSink.dll" "$sink" >"$data/sink.log" 2>&1 &
sink_pid=$!
for _ in $(seq 100); do curl -sf "$sink" >/dev/null && break; sleep 0.1; done

# A hundred products, of each ten times what the orders need, and orders of a thousand customers.
header=InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
awk -v n=$((orders * rounds + warm)) -v h="$header" 'BEGIN { print h
    for (i = 0; i < 100; i++) printf "9000000,%d,Product %d,%d,2011-01-01 10:00,4.15,1,UK\n", 60000 + i, i, n / 10 + 100 }' >"$data/stock.csv"
invoices() { awk -v first="$1" -v n="$2" -v h="$header" 'BEGIN { print h
    for (i = 0; i < n; i++) printf "%d,%d,Product %d,1,2011-01-02 10:00,4.15,%d,UK\n", first + i, 60000 + i % 100, i % 100, 1 + i % 1000 }'; }

start() { # NAME PORT [VARIABLE…]
    local name=$1 at=$2; shift 2
    env "$@" "$tessera" up --detach --empty --database "$database" --data "$data/$name" --port "$at" >"$data/$name.up" 2>&1 ||
        { cat "$data/$name.up" >&2; exit 1; }
    "$tessera" import "$data/stock.csv" --data "$data/$name" >"$data/$name.import" 2>&1 || { cat "$data/$name.import" >&2; exit 1; }
}
replay() { # NAME FILE: prints the orders a second to their end
    "$tessera" replay "$2" --data "$data/$1" --concurrency "$concurrency" >"$2.$1" 2>&1 || { cat "$2.$1" >&2; exit 1; }
    sed -n 's|^speed .* \([0-9.]*\) orders/s to their end.*|\1|p' "$2.$1"
}
otlp=(OTEL_EXPORTER_OTLP_ENDPOINT="$sink" OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_TRACES_SAMPLER=parentbased_traceidratio)
start none "$port" -u OTEL_EXPORTER_OTLP_ENDPOINT
start ten $((port + 1)) "${otlp[@]}" OTEL_TRACES_SAMPLER_ARG=0.1
start all $((port + 2)) "${otlp[@]}" OTEL_TRACES_SAMPLER_ARG=1
invoices 5000000 "$warm" >"$data/warm.csv"
for name in "${variants[@]}"; do replay "$name" "$data/warm.csv" >/dev/null; done

: >"$data/rounds"
for round in $(seq "$rounds"); do
    invoices $((1000000 + round * 100000)) "$orders" >"$data/round-$round.csv"
    for turn in 0 1 2; do
        name=${variants[$(((round + turn) % 3))]}
        curl -sf "$sink" >/dev/null
        speed=$(replay "$name" "$data/round-$round.csv")
        sleep 6 # What waits in the exporters goes out before the next one is measured.
        bytes=$(curl -sf "$sink" | awk '$1 == "traces" { print $4 }')
        echo "$round $name $speed ${bytes:-0}" >>"$data/rounds"
    done
done
whole="every invariant whole"
for name in "${variants[@]}"; do
    "$tessera" verify --data "$data/$name" --wait 60 >"$data/$name.verify" 2>&1 || whole="NOT WHOLE: $name"
done

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.3f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { awk -v name="$1" '{ speed[$1, $2] = $3; last = $1 } END { for (r = 1; r <= last; r++) print speed[r, name] / speed[r, "none"] }' "$data/rounds"; }
column() { awk -v name="$1" -v c="$2" '$2 == name { print $c }' "$data/rounds" | median; }
range() { ratio "$1" | sort -n | awk 'NR == 1 { a = $1 } { b = $1 } END { printf "%.3f to %.3f", a, b }'; }
ten=$(ratio ten | median) all=$(ratio all | median)
cat <<REPORT
$rounds rounds of $orders orders each, $concurrency at a time, on $database; $whole. Medians, and of the ratios the least and greatest.

| traces kept | orders/s to their end | of those without OTLP | bytes of traces an order |
|---|---|---|---|
| no OTLP | $(column none 3 | awk '{ printf "%.1f", $1 }') | 1 | – |
| 10 % | $(column ten 3 | awk '{ printf "%.1f", $1 }') | $ten ($(range ten)) | $(column ten 4 | awk -v n="$orders" '{ printf "%.0f", $1 / n }') |
| 100 % | $(column all 3 | awk '{ printf "%.1f", $1 }') | $all ($(range all)) | $(column all 4 | awk -v n="$orders" '{ printf "%.0f", $1 / n }') |

| round | no OTLP | 10 % | 100 % |
|---|---|---|---|
$(awk '{ s[$1, $2] = $3; last = $1 } END { for (r = 1; r <= last; r++) printf "| %d | %s | %s | %s |\n", r, s[r, "none"], s[r, "ten"], s[r, "all"] }' "$data/rounds")
REPORT
[ "$whole" = "every invariant whole" ] && awk '$2 != "none" && $4 == 0 { exit 1 }' "$data/rounds" &&
    awk -v ten="$ten" -v loss="$loss" 'BEGIN { exit !(ten >= 1 - loss / 100) }'
