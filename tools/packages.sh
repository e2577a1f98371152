# shellcheck shell=bash disable=SC2034
# Sourced by tools/run and tools/test: what they need from apt, and how it gets there. Installs only
# what is missing, asks before nothing, and never starts a service of its own.

# Debian keeps servers here, and a user's PATH may not.
PATH="$PATH:/usr/sbin:/sbin"

build_packages="g++ cmake ninja-build protobuf-compiler libprotobuf-dev libasio-dev libwebsocketpp-dev
    libssl-dev zlib1g-dev libnats-dev libsqlite3-dev libspdlog-dev libfmt-dev nlohmann-json3-dev
    libtomlplusplus-dev libcli11-dev libcurl4-openssl-dev"
# Beside these both commands need nats-server, and node with npm for the demo page's two libraries.
test_packages="doctest-dev python3 python3-stomp"  # and chromium and haproxy, where apt has them
long_packages="clang-14 libclang-rt-14-dev strace"

say() { printf '%s\n' "tools/${0##*/}: $*" >&2; }
die() { say "$*"; exit 1; }

# A program that is there counts, whoever installed it; a library counts by its package.
have_package() {
    case "$1" in
        g++ | cmake | protobuf-compiler | python3 | chromium | haproxy | nats-server | clang-14)
            set -- "$1" "$(case "$1" in protobuf-compiler) echo protoc ;; clang-14) echo clang++-14 ;; *) echo "$1" ;; esac)"
            command -v "$2" >/dev/null 2>&1 ;;
        ninja-build) command -v ninja >/dev/null 2>&1 ;;
        nodejs) command -v node >/dev/null 2>&1 ;;
        npm) command -v npm >/dev/null 2>&1 ;;
        *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
    esac
}

sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo

apt_get() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -qq "$@"; }

has_candidate() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }

# need PACKAGE…: installs those that are missing, or ends with a message.
need() {
    missing=""
    for package in "$@"; do have_package "$package" || missing="$missing $package"; done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null 2>&1 || die "no apt-get here; install what corresponds to:$missing"
    [ -z "$sudo" ] || command -v sudo >/dev/null 2>&1 || die "run as root or install sudo; missing:$missing"
    say "installing:$missing"
    for package in $missing; do
        if ! has_candidate "$package"; then apt_get update || die "apt-get update failed"; break; fi
    done
    # shellcheck disable=SC2086  # a list
    install_quietly $missing && return 0
    say "trying again with fresh package lists"
    # shellcheck disable=SC2086
    { apt_get update && install_quietly $missing; } || die "apt-get could not install:$missing"
}

install_quietly() {
    log="$(mktemp)"
    apt_get install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null && { rm -f "$log"; return 0; }
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
}

# The npm packages of a folder, exactly as its lockfile says; nothing to do when they are there.
npm_packages() {
    if [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ]; then return 0; fi
    say "npm ci in $1"
    (cd "$1" && npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
}

# build PRESET [TARGET…]
build() {
    local preset=$1
    shift
    cmake --preset "$preset" -Wno-dev >/dev/null && cmake --build --preset "$preset" ${1:+--target "$@"}
}
