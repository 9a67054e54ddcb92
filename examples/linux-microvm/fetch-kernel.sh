#!/usr/bin/env bash
# Downloads Debian's kernel for clouds with apt, which verifies it, and unpacks what is needed of it. Nothing is
# installed, and apt's own state is left alone.
# Usage: fetch-kernel.sh amd64|arm64 FOLDER     makes FOLDER/vmlinuz and FOLDER/kernel (the modules)
set -euo pipefail

arch="$1"
mkdir -p "$2"
folder="$(cd "$2" && pwd)"
work="$folder/apt"

die() { printf 'fetch-kernel: %s\n' "$*" >&2; exit 1; }

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
  die "needs apt-get and dpkg-deb, as on Debian; elsewhere put a kernel into $folder/vmlinuz and its modules below $folder/kernel"

package_of() { apt-cache show "linux-image-cloud-$arch:$arch" 2>/dev/null | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1; }

download() {
  local package
  package="$(package_of)"
  [ -n "$package" ] || { printf 'no package source here has linux-image-cloud-%s\n' "$arch" >"$work/log"; return 1; }
  (cd "$work" && apt-get download -qq "$package:$arch" 2>"$work/log")
}

# Lists of our own, from the machine's sources.
use_own_lists() {
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  : >"$work/status"
  cat >"$work/apt.conf" <<CONF
#clear APT::Architectures;
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
CONF
  export APT_CONFIG="$work/apt.conf"
  # Some source may be out of reach; what counts is whether the kernel is found.
  apt-get update -qq 2>/dev/null || true
}

rm -rf "$work"
mkdir -p "$work/unpacked"
# The machine's own lists know its architecture and those that it was told to know, and they may be old.
download || { use_own_lists && download; } || { cat "$work/log" >&2; die "no kernel for $arch; see the README"; }
dpkg-deb -x "$work"/linux-image-*_"$arch.deb" "$work/unpacked"

rm -rf "$folder/kernel"
mv "$work/unpacked"/lib/modules/*/kernel "$folder/kernel"
mv "$work/unpacked"/boot/vmlinuz-* "$folder/vmlinuz"
rm -rf "$work"
