#!/usr/bin/env bash
# Ten quiet minutes of load with Prometheus and Alertmanager as `up --monitoring` starts them: no alert may fire.
#   bench/quiet.sh [ORDERS] [RATE] [DATA] [PORT]     prints a Markdown report; DATA is made anew, all is on loopback.
# Ends with 1 when an alert fired, when Prometheus missed a process, or when an order was lost.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
orders=${1:-6000} rate=${2:-10} data=${3:-$(mktemp -d)/store} port=${4:-18080}
tessera=$root/tessera
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT
mkdir -p "$data"

"$tessera" up --detach --empty --monitoring --data "$data" --port "$port" >"$data.up" 2>&1 || { cat "$data.up" >&2; exit 1; }
prometheus=$("$tessera" status --json --data "$data" | grep -o 'http://[^"]*/alerts' | head -1)
prometheus=${prometheus%/alerts}
ask() { curl -sfG "$prometheus/api/v1/query" --data-urlencode "query=$1"; }
names() { grep -o '"alertname":"[^"]*"' | sort -u | tr '\n' ' ' || true; } # None is no failure.
number() { ask "$1" | sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p'; }

"$tessera" import "$root/samples/online-retail.csv" --data "$data" >"$data.import" 2>&1 || { cat "$data.import" >&2; exit 1; }
began=$(date +%s)
"$tessera" replay "$root/samples/online-retail.csv" --limit "$orders" --rate "$rate" --data "$data" >"$data.replay" 2>&1 || true
took=$(( $(date +%s) - began ))
sleep 30 # One more look of Prometheus at the end of it, and of its rules at that.
fired=$(ask "count_over_time(ALERTS{alertstate=\"firing\"}[$((took + 60))s])" | names)
pending=$(ask "count_over_time(ALERTS{alertstate=\"pending\"}[$((took + 60))s])" | names)
missed=$(number "sum(count_over_time(up{job=\"tessera\"}[${took}s])) - sum(sum_over_time(up{job=\"tessera\"}[${took}s]))")
"$tessera" verify --data "$data" --wait 60 >"$data.verify" 2>&1 && whole="every invariant whole" || whole="NOT WHOLE"

cat <<REPORT
| figure | measured |
|---|---|
| orders, at a rate of | $orders, $rate/s, $whole |
| for | $took s |
| alerts that fired | ${fired:-none} |
| alerts whose expression held for less than their time | ${pending:-none} |
| scrapes that a process did not answer | ${missed:-unknown} |
| slowest scrape, p99 of all | $(number "quantile_over_time(0.99, max(scrape_duration_seconds)[${took}s:15s])") s |
| series, all processes | $(number 'sum(scrape_samples_post_metric_relabeling{job="tessera"})') |
| time to confirm, p99 | $(number "histogram_quantile(0.99, sum by (le) (rate(tessera_orders_confirmation_duration_seconds_bucket[${took}s])))") s |

$(grep -E '^(placed|confirmed|speed) ' "$data.replay" | sed 's/^/    /')
REPORT
[ -z "$fired" ] && [ "$missed" = 0 ] && [ "$whole" != "NOT WHOLE" ]
