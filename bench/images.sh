#!/usr/bin/env bash
# Sizes of the container images, and how long each takes from the start of its container until it is ready.
# Usage: bench/images.sh REGISTRY [BASE]     such as: bench/images.sh 127.0.0.1:5000 127.0.0.1:5000/base:10
# Needs podman, curl, and a registry without TLS on loopback. Writes bench/results/images.md.
set -euo pipefail

registry=$1
base=${2:-}
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
report="$root/bench/results/images.md"
runs=${RUNS:-5}
port=${PORT:-20700}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
projects=$(sed -n 's/.*"name": "\([A-Za-z0-9]*\)".*/\1/p' "$root/src/Services/shop.json")

"$root/tessera" image --registry "$registry" --insecure --no-sbom ${base:+--base "$base"}

bytes() { podman image inspect --format '{{.Size}}' "$1"; }
mebibytes() { awk -v b="$1" 'BEGIN { printf "%.1f", b / 1048576 }'; }

# Milliseconds from `podman run` until /health/ready, or for who needs others until /health/started, says yes.
start() {
    local image=$1 path=$2 began ended container
    began=$(date +%s%N)
    container=$(podman run -d --network host --read-only --cap-drop all --security-opt no-new-privileges --tmpfs /tmp \
        --tmpfs /data:rw,mode=1777 -e "Listen__Http1=127.0.0.1:$port" -e Listen__Http2=none "$image")
    until curl -sf -o "$work/answer" "http://127.0.0.1:$port$path"; do
        podman container inspect --format '{{.State.Running}}' "$container" | grep -q true || {
            podman logs "$container" >&2
            return 1
        }
    done
    ended=$(date +%s%N)
    podman rm -f -t 0 "$container" >"$work/removed"
    echo $(((ended - began) / 1000000))
}

base_bytes=0
if [ -n "$base" ]; then
    podman pull -q --tls-verify=false "$base" >"$work/pulled"
    base_bytes=$(bytes "$base")
fi
{
    echo "# Container images"
    echo
    echo "Commit $(git -C "$root" rev-parse --short HEAD), $(date -u +%F), $(nproc) processors, $(podman --version), base ${base:-the default}."
    echo "Cold start: the median of $runs, from \`podman run\` until the process is ready, on SQLite and the embedded log."
    echo
    echo "| image | whole, MiB | above the base, MiB | cold start, ms |"
    echo "|---|---|---|---|"
    for project in $projects; do
        name=$(tr "[:upper:]" "[:lower:]" <<<"$project")
        image="$registry/tessera/$name:$(cat "$root"/src/*/"$project"/version.txt)"
        podman pull -q --tls-verify=false "$image" >"$work/pulled"
        size=$(bytes "$image")
        for _ in $(seq "$runs"); do start "$image" /health/started; done | sort -n >"$work/times"
        median=$(sed -n "$(((runs + 1) / 2))p" "$work/times")
        echo "| $name | $(mebibytes "$size") | $(mebibytes $((size - base_bytes))) | $median |"
    done
} >"$work/report"
mv -f "$work/report" "$report"
cat "$report"
