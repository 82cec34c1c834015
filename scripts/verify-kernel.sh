#!/usr/bin/env bash
# Proves from the object files that ADCEKernel links the standard library and swift-collections
# and nothing else: no Foundation, no libc beyond memory moves, no clock, no random source, no
# thread, no concurrency runtime, no file.
#
#   verify-kernel.sh [-c debug|release] [--no-build]    builds ADCEKernel and checks it
#   verify-kernel.sh --self-test                        proves that the check can fail
#
# It is an allow-list: whatever an object leaves undefined must be named here, or belong to a
# module named here. Dictionary and Set seed their hashes per process
# (_swift_stdlib_Hashing_parameters): allowed, because nothing in the kernel may show an order of
# theirs, which the determinism tests check.
set -euo pipefail
cd "$(dirname "$0")/.."

sources=Sources/ADCEKernel

# Modules whose symbols, and whose import, the kernel may have.
modules='Swift|ADCEKernel|Collections|DequeModule|HeapModule|OrderedCollections|BitCollections'
modules+='|HashTreeCollections|BasicContainers|InternalCollectionsUtilities'

# Runtime and compiler support without a name in a module.
plain='memcpy|memmove|memset|memcmp|bzero|strlen|malloc_usable_size|malloc_size'
# The compiler keeps the frames of in-place accessors (`_modify`, `_read`) on the heap by itself.
plain+='|malloc|free'
plain+='|__stack_chk_fail|__stack_chk_guard|_Unwind_Resume|_GLOBAL_OFFSET_TABLE_'
plain+='|__(u?div|u?mod|mul|ashl|ashr|lshr)ti[34]'
plain+='|_?swift[A-Z_][A-Za-z0-9_]*'

# What the two lists above would let through and must not.
plain_never='_?swift_(task|taskGroup|async|asyncLet|job|continuation|executor|defaultActor'
plain_never+='|distributed|nonDefaultDistributed|concurrency|dispatch|get_time|get_clock_res'
plain_never+='|sleep|stdlib_random|stdlib_readLine|stdlib_getUnsafeArgvArgc|stdlib_fwrite'
plain_never+='|stdlib_getenv|stdlib_.*pthread|stdlib_thread).*'

# _Concurrency's symbols bear the name of the standard library's module, and the standard library
# itself can print, read and draw: so these names are refused wherever they come from.
names_never='ContinuousClock|SuspendingClock|Clock|SystemRandomNumberGenerator|random'
names_never+='|randomElement|shuffle|shuffled|Task|TaskGroup|ThrowingTaskGroup|TaskPriority'
names_never+='|UnsafeCurrentTask|Actor|MainActor|GlobalActor|Executor|SerialExecutor'
names_never+='|UnownedSerialExecutor|AsyncSequence|AsyncStream|CheckedContinuation'
names_never+='|UnsafeContinuation|print|debugPrint|dump|readLine|CommandLine|_Stdout'

# Libraries that the compiler links by itself into every object, used or not.
libraries='swiftSwiftOnoneSupport|swiftCore|swift_Concurrency|swift_StringProcessing'
libraries+='|swift_RegexParser|swift_Builtin_float|m'

tool() {
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null 2>&1; then
      printf '%s\n' "$name"
      return
    fi
  done
  printf 'verify-kernel: none of %s is on PATH\n' "$*" >&2
  exit 69
}

# Symbols that the objects need and none of them defines, one a line.
undefined_symbols() {
  local strip='s/^//'
  [ "$(uname -s)" != Darwin ] || strip='s/^_//'
  "$nm" -p "$@" | awk '
    NF == 2 && $1 ~ /^[Uw]$/ { needed[$2] }
    NF == 3 { defined[$3] }
    END { for (s in needed) if (!(s in defined)) print s }' | sed "$strip" | LC_ALL=C sort
}

# Prints each symbol on stdin that is not allowed, with the reason.
refused_symbols() {
  local all
  all=$(cat)
  awk -v plain="^($plain)\$" -v never="^($plain_never)\$" '
    /^[$]s/ { next }
    $0 !~ plain { print $0 " (not on the list)" }
    $0 ~ never { print $0 " (refused by name)" }' <<<"$all"
  awk '/^[$]s/' <<<"$all" | swift demangle -expand | awk -v modules="^($modules)\$" \
    -v names="^($names_never)\$" '
    function text() { sub(/.*text="/, ""); sub(/"$/, ""); return $0 }
    function refuse(why) { if (!(symbol in said)) print symbol " (" why ")"; said[symbol] }
    /^Demangling for / { symbol = $3; next }
    /kind=Module, / { t = text(); if (t !~ modules) refuse("module " t) }
    /kind=(Identifier|LocalDeclName|PrivateDeclName), / {
      t = text(); if (t ~ names) refuse("uses " t)
    }'
}

# Prints each library that an object asks the linker for and that is not allowed (ELF only).
refused_libraries() {
  [ "$(uname -s)" != Darwin ] || return 0
  "$readelf" -p .swift1_autolink_entries "$@" 2>/dev/null |
    sed -n 's/.*\] *-l\([A-Za-z0-9_]*\)$/\1/p' | LC_ALL=C sort -u |
    awk -v allowed="^($libraries|$modules)\$" '$0 !~ allowed { print "links the library " $0 }'
}

# Prints each import in a folder's sources that is not allowed.
refused_imports() {
  grep -rnE --include='*.swift' '(^|[[:space:]])import[[:space:]]' "$1" |
    grep -vE ':[0-9]+:[[:space:]]*//' |
    grep -vE ":[0-9]+:([@A-Za-z_]+[[:space:]]+)*import[[:space:]]+($modules)\$" || true
}

# 0 if the objects are clean; else says what is not. A check that could not be made is a "no" too.
check_objects() {
  local symbols bad more
  if ! symbols=$(undefined_symbols "$@") || ! bad=$(refused_symbols <<<"$symbols") ||
    ! more=$(refused_libraries "$@"); then
    echo "  the object files could not be read"
    return 1
  fi
  [ -n "$bad$more" ] || return 0
  printf '%s\n%s\n' "$bad" "$more" | awk 'NF { print "  " $0 }'
  return 1
}

self_test() {
  local folder failures=0 name
  folder=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder's name is meant as it is now
  trap "rm -rf '$folder'" EXIT
  local libc=Glibc
  [ "$(uname -s)" != Darwin ] || libc=Darwin

  cat >"$folder/pure.swift" <<'SWIFT'
public func total(_ x: [Int]) -> Int { x.reduce(0, &+) }
public func named(_ x: Set<String>) -> [String] { x.sorted().map { "\($0)!" } }
SWIFT
  cat >"$folder/time.swift" <<SWIFT
import $libc
public func now() -> Int {
  var t = timespec()
  clock_gettime(CLOCK_REALTIME, &t)
  return t.tv_sec
}
SWIFT
  cat >"$folder/clock.swift" <<'SWIFT'
public func now() -> ContinuousClock.Instant { .now }
SWIFT
  cat >"$folder/random.swift" <<'SWIFT'
public func draw() -> Int { .random(in: 0..<6) }
SWIFT
  cat >"$folder/thread.swift" <<'SWIFT'
public func later(_ f: @escaping @Sendable () -> Void) { Task { f() } }
SWIFT
  cat >"$folder/file.swift" <<SWIFT
import $libc
public func open(_ path: String) -> Bool { fopen(path, "r") != nil }
SWIFT
  cat >"$folder/output.swift" <<'SWIFT'
public func say(_ text: String) { print(text) }
SWIFT

  for name in pure time clock random thread file output; do
    for level in -Onone -O; do
      swiftc -parse-as-library -module-name ADCEKernel $level -c "$folder/$name.swift" \
        -o "$folder/$name.o"
      if check_objects "$folder/$name.o" >"$folder/said"; then said=accepted; else said=refused; fi
      wanted=refused
      [ "$name" != pure ] || wanted=accepted
      if [ "$said" != "$wanted" ]; then
        printf 'verify-kernel: self-test: %s.swift (%s) was %s:\n' "$name" "$level" "$said"
        cat "$folder/said"
        failures=$((failures + 1))
      fi
    done
  done

  mkdir "$folder/imports"
  printf 'import Collections\npublic import DequeModule\n// import nothing\n' \
    >"$folder/imports/good.swift"
  [ -z "$(refused_imports "$folder/imports")" ] || failures=$((failures + 1))
  printf '@_implementationOnly import Foundation\n' >"$folder/imports/bad.swift"
  [ -n "$(refused_imports "$folder/imports")" ] || failures=$((failures + 1))

  [ "$failures" -eq 0 ] || exit 1
  echo "verify-kernel: self-test: what is impure is refused, what is pure is not"
}

configuration=debug
build=yes
mode=check
while [ $# -gt 0 ]; do
  case $1 in
    -c) configuration=${2:?-c wants debug or release} && shift ;;
    --no-build) build=no ;;
    --self-test) mode=self-test ;;
    *)
      printf 'usage: verify-kernel.sh [-c debug|release] [--no-build] | --self-test\n' >&2
      exit 64
      ;;
  esac
  shift
done
nm=$(tool llvm-nm nm)
readelf=true
[ "$(uname -s)" = Darwin ] || readelf=$(tool llvm-readelf readelf)

if [ "$mode" = self-test ]; then
  self_test
  exit 0
fi

[ "$build" = no ] || scripts/quietly.sh swift build -c "$configuration" --target ADCEKernel

# An object named after a source file that is no longer there is a leftover, and not linked.
objects=()
while IFS= read -r object; do
  name=$(basename "$object" .o)
  if [ "$name" = "${name%.swift}" ] || [ -n "$(find "$sources" -name "$name" -print -quit)" ]; then
    objects+=("$object")
  fi
done < <(find -L ".build/$configuration/ADCEKernel.build" -name '*.o' 2>/dev/null)
if [ "${#objects[@]}" -eq 0 ]; then
  printf 'verify-kernel: no object files of ADCEKernel (%s): build it first\n' "$configuration" >&2
  exit 1
fi

failed=0
imports=$(refused_imports "$sources")
if [ -n "$imports" ]; then
  printf 'verify-kernel: ADCEKernel may not import:\n%s\n' "$imports" >&2
  failed=1
fi
if ! bad=$(check_objects "${objects[@]}"); then
  printf 'verify-kernel: ADCEKernel may not link:\n%s\n' "$bad" >&2
  failed=1
fi
[ "$failed" -eq 0 ] || exit 1
printf 'verify-kernel: %d object files need %d symbols from outside, all allowed\n' \
  "${#objects[@]}" "$(undefined_symbols "${objects[@]}" | awk 'END { print NR }')"
