#!/usr/bin/env bash
# From nothing to a confirmed order: a clone of this repository, an empty package folder, `./tessera up`, one order.
#   bench/fresh-clone.sh [PORT]      prints a Markdown report; everything is in a folder of its own and ends with the script.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
place=$(mktemp -d) port=${1:-18081}
export NUGET_PACKAGES=$place/packages
since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }'; }
field() { grep -o "\"$1\": *\"[^\"]*" | head -1 | cut -d'"' -f4; }
trap '"$place/clone/tessera" down --data "$place/data" >/dev/null 2>&1 || true; rm -rf "$place"' EXIT

started=$(date +%s.%N)
git clone -q "$root" "$place/clone"
cd "$place/clone"
./tessera up --detach --data "$place/data" --port "$port" >"$place/up" 2>&1 || { cat "$place/up" >&2; exit 1; }
ready=$(since "$started")
shop=http://127.0.0.1:$port
curl -sf "$shop/api/v1/users" -H 'Content-Type: application/json' -d '{"email":"you@example.org","password":"a long password"}' >/dev/null
token=$(./tessera token --for you@example.org --data "$place/data")
order=$(curl -sf "$shop/api/v1/orders" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -H 'Idempotency-Key: first' \
    -d '{"lines":[{"sku":"TEA-100","quantity":1}]}' | field id)
until curl -sf "$shop/api/v1/orders/$order" -H "Authorization: Bearer $token" | grep -q '"state":"Confirmed"'; do sleep 0.02; done
confirmed=$(since "$started")
cat <<REPORT
| figure | measured |
|---|---|
| clone, restore with an empty package folder, build, \`up\` to all ready | $ready s |
| the same to the first confirmed order | $confirmed s |
REPORT
