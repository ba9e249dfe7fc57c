#!/usr/bin/env bash
# How long it takes to replace every process of a store that runs, two of each service, one after the other.
#   bench/replace.sh [DATA] [PORT]     RabbitMQ and PostgreSQL; DATA is made anew, all on loopback, and ends with the script.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
data=${1:-$(mktemp -d)/store} port=${2:-18680}
tessera=$root/tessera
trap '"$tessera" down --data "$data" >/dev/null 2>&1 || true' EXIT

services=users,catalog,inventory,baskets,orders,payments,webhooks,web,ops,gateway
"$tessera" up --detach --data "$data" --port "$port" --broker rabbitmq --database postgres \
    --replicas "${services//,/=2,}=2" --without notifications >/dev/null
uptime
began=$(date +%s.%N)
"$tessera" replace --data "$data"
awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "all replaced in %.0f s\n", b - a }'
"$tessera" verify --data "$data" --wait 60
