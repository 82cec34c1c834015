#!/usr/bin/env bash
# Installs what a few tests of faults use where it can be had: strace makes a disk fail for one
# process. Tests that find it missing are skipped and say so.
set -uo pipefail

missing=()
for package in strace; do
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
    missing+=("$package")
  fi
done
[ "${#missing[@]}" -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  printf 'test-tools: not there, and not installed: %s\n' "${missing[*]}" >&2
  exit 69
fi
if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
  >/dev/null 2>&1 </dev/null; then
  printf 'test-tools: apt-get could not install %s\n' "${missing[*]}" >&2
  exit 69
fi
