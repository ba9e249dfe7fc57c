#!/usr/bin/env bash
# Webhooks to a hundred endpoints of which ten are slow, dead or lying: what that costs the other ninety.
#   bench/webhooks.sh [EVENTS] [PAUSE_MS] [ENDPOINTS] [BAD]     prints a Markdown report; all is on loopback.
# Ends with 1 when the others' p99 from the event to its receipt is 2 s or more, when a delivery is missing, or when
# the service's memory grows.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
dotnet build "$root/bench/Webhooks" -c Release -v q -clp:NoSummary --nologo >&2
exec dotnet "$root/artifacts/bin/Webhooks.Bench/release/Tessera.Webhooks.Bench.dll" "$@"
