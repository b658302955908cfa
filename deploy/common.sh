# Shell helpers that deploy/ and tests/ share. Source it; it only defines functions and two variables.
# shellcheck shell=bash

# The repository's folder, and where deploy/build publishes to.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
published=$root/out/weightswarm

# Messages go to stderr: stdout is for data.
say() { printf '%s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "needs root to run '$*': run it as root, or install sudo"
  fi
}

# The .NET SDK that global.json asks for, or a message that says how to get it.
need_dotnet() {
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
  local wanted
  wanted=$(sed -n 's/.*"version": *"\([0-9]*\.[0-9]*\).*/\1/p' "$root/global.json")
  command -v dotnet >/dev/null ||
    fail "the .NET SDK $wanted is not on PATH: install it as https://learn.microsoft.com/dotnet/core/install/linux says"
  (cd "$root" && dotnet --version >/dev/null 2>&1) ||
    fail "the .NET SDK here ($(cd / && dotnet --version)) does not satisfy $root/global.json: install version $wanted"
}

# Bytes for people, in SI units: 1.5 MB.
human_bytes() {
  awk -v bytes="$1" 'BEGIN {
    split("B kB MB GB TB PB", unit); i = 1
    while (bytes >= 1000 && i < 6) { bytes /= 1000; i++ }
    printf(i == 1 ? "%d %s" : "%.1f %s", bytes, unit[i])
  }'
}
