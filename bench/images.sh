#!/usr/bin/env bash
# Sizes of the container images, and how long each takes from the start of its container until it is ready: compiled ahead
# of time as they are shipped, and not, in turn. Those of .NET; Notifications is built by its Dockerfile.
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
projects=$(sed -n '/"services"/,$ s/.*"name": "\([A-Za-z0-9]*\)".*/\1/p' "$root/src/Services/shop.json")

names=$(tr "[:upper:]" "[:lower:]" <<<"$projects")
# shellcheck disable=SC2086 # Names of services, a word each.
{
    AheadImages=none "$root/tessera" image $names --tag plain --registry "$registry" --insecure --no-sbom ${base:+--base "$base"}
    "$root/tessera" image $names --registry "$registry" --insecure --no-sbom ${base:+--base "$base"}
}

bytes() { podman image inspect --format '{{.Size}}' "$1"; }
above() { mebibytes $(($(bytes "$1") - base_bytes)); }
median() { sort -n "$1" | sed -n "$(((runs + 1) / 2))p"; }
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
    echo "Commit $(git -C "$root" rev-parse --short HEAD), $(date -u +%F), $(nproc) processors, $(podman --version)."
    [ "$base_bytes" = 0 ] || echo "The base below each is of $(mebibytes "$base_bytes") MiB."
    echo "Cold start: the median of $runs, from \`podman run\` until the process is ready, on SQLite and the embedded log."
    echo
    echo "    bench/images.sh REGISTRY${base:+ BASE}"
    echo
    echo "| image | above the base, MiB | cold start, ms | not compiled ahead: above the base, MiB | cold start, ms |"
    echo "|---|---|---|---|---|"
    for project in $projects; do
        name=$(tr "[:upper:]" "[:lower:]" <<<"$project")
        image="$registry/tessera/$name:$(cat "$root"/src/*/"$project"/version.txt)"
        plain="$registry/tessera/$name:plain"
        podman pull -q --tls-verify=false "$image" >"$work/pulled"
        podman pull -q --tls-verify=false "$plain" >"$work/pulled"
        : >"$work/times"
        : >"$work/plain-times"
        for _ in $(seq "$runs"); do
            start "$image" /health/started >>"$work/times"
            start "$plain" /health/started >>"$work/plain-times"
        done
        echo "| $name | $(above "$image") | $(median "$work/times") | $(above "$plain") | $(median "$work/plain-times") |"
    done
} >"$work/report"
mv -f "$work/report" "$report"
cat "$report"
