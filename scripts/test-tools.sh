#!/usr/bin/env bash
# Installs what some tests use where it can be had: strace makes a disk fail for one process, and
# Python's venv, which Debian keeps apart, is what test-environment.sh begins with. Tests that find
# something missing are skipped and say so.
set -uo pipefail

missing=()
wants() { missing+=("$1"); }
command -v strace >/dev/null 2>&1 || wants strace
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || wants python3-venv
[ "${#missing[@]}" -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  printf 'test-tools: not there, and not installed: %s\n' "${missing[*]}" >&2
  exit 69
fi
install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" \
    >/dev/null 2>&1 </dev/null
}
status=0
for package in "${missing[@]}"; do
  # The lists of packages may be old, or not there at all.
  install "$package" || { apt-get update -q >/dev/null 2>&1 </dev/null && install "$package"; } || {
    printf 'test-tools: apt-get could not install %s\n' "$package" >&2
    status=69
  }
done
exit "$status"
