# Shared by the scripts of this folder: words, failures, and who does what under sudo. Sourced, never run.
set -euo pipefail

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
log="$checkout/build/setup.log"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# fail WHAT WHAT-TO-DO...
fail() {
    printf '\n\033[1;31mfailed:\033[0m %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '        %s\n' "$line" >&2; done
    exit 1
}

# The person whose checkout this is, when root was reached through sudo; empty otherwise. Files are made as that
# person, packages are installed as root.
person() {
    [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ] && [ "$(stat -c %u "$checkout")" = "$SUDO_UID" ] || return 0
    id -un "$SUDO_UID"
}

# become_person SCRIPT ARGS...: runs the script again as that person, if there is one.
become_person() {
    local name
    name="$(person)"
    [ -n "$name" ] || return 0
    exec runuser -u "$name" -- env HOME="$(getent passwd "$name" | cut -d: -f6)" SUDO_UID= "$@"
}

# free_mb DIR MIB WHAT: stops early instead of leaving half a build on a full disk.
require_space() {
    local free
    free="$(df -Pm "$1" | awk 'NR == 2 {print $4}')"
    [ "$free" -ge "$2" ] || fail "$3 needs $2 MiB, $1 has $free MiB left" "Free some room there and start again."
}

build_jobs() {
    # A translation unit takes up to a gigabyte.
    local cores memory
    cores="$(nproc)"
    memory="$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)"
    [ "$memory" -ge 1 ] || memory=1
    echo $((cores < memory ? cores : memory))
}

# build PRESET [TARGET...]: configures when needed, then builds with progress.
build() {
    local preset="$1" targets=()
    shift
    [ $# = 0 ] || targets=(--target "$@")
    require_space "$checkout" 1500 "building"
    cd "$checkout"
    if [ ! -f "build/$preset/build.ninja" ]; then
        say "Configuring $preset"
        mkdir -p "build/$preset"
        if ! cmake --preset "$preset" > "build/$preset/configure.log" 2>&1; then
            tail -n 25 "build/$preset/configure.log" >&2
            rm -f "build/$preset/CMakeCache.txt"
            fail "configuring $preset" "All of it: build/$preset/configure.log" \
                "A missing package: packaging/setup --again. Otherwise the first error above says what."
        fi
    fi
    say "Building $preset"
    NINJA_STATUS='[%f/%t, %es] ' cmake --build --preset "$preset" -j "$(build_jobs)" "${targets[@]}" ||
        fail "building $preset" "The first error above is the cause." \
            "After an update of the system: rm -rf build/$preset, then start again."
}
