#!/usr/bin/env bash
# Installs the system packages that ADCE links against. Does nothing if they are all there.
# Wants: a Swift toolchain on PATH; Debian or Ubuntu (apt-get), or macOS (Homebrew).
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

if ! command -v swift >/dev/null 2>&1; then
  say "setup: no 'swift' on PATH: install a Swift 6.2 (or later) toolchain first, see swift.org/install"
  exit 69
fi

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    say "setup: need root to install packages and there is no sudo; as root, run: $*"
    exit 77
  fi
}

install_debian() {
  local package missing=()
  for package in liblmdb-dev libcurl4-openssl-dev libyaml-dev libisal-dev libexpat1-dev \
    pkg-config; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  [ "${#missing[@]}" -gt 0 ] || return 0

  say "setup: installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    say "setup: apt-get could not install ${missing[*]}"
    exit 69
  fi
  rm -f "$log"
}

install_macos() {
  local formula missing=()
  if ! command -v brew >/dev/null 2>&1; then
    say "setup: Homebrew is needed on macOS, see brew.sh"
    exit 69
  fi
  for formula in lmdb curl libyaml isa-l expat pkgconf; do
    brew list --versions "$formula" >/dev/null 2>&1 || missing+=("$formula")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "setup: installing ${missing[*]}"
  brew install --quiet "${missing[@]}" </dev/null
}

if command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
  install_debian
elif [ "$(uname -s)" = Darwin ]; then
  install_macos
else
  for library in lmdb libcurl yaml-0.1 libisal expat; do
    if ! pkg-config --exists "$library" 2>/dev/null; then
      say "setup: cannot install packages here; please install the development files of LMDB," \
        "libcurl, libyaml, ISA-L and Expat ($library was not found by pkg-config)"
      exit 69
    fi
  done
fi
