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
  die "needs apt-get and dpkg-deb, as on Debian; elsewhere put a Linux image with EFI stub, PVH and virtio into $folder/vmlinuz and its modules below $folder/kernel"

# The machine's own lists know packages of its architecture, and of those that it was told to know.
package_of() { apt-cache show "linux-image-cloud-$arch:$arch" 2>/dev/null | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1; }

# Otherwise lists of our own, from the machine's sources.
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
  apt-get update -qq || true
}

package="$(package_of)"
if [ -z "$package" ]; then
  use_own_lists
  package="$(package_of)"
fi
[ -n "$package" ] || die "the package sources of this machine have no linux-image-cloud-$arch; add Debian's, or see the README"

mkdir -p "$work/unpacked"
# apt's sandbox user may not write to a home folder; as root, apt says so and goes on.
(cd "$work" && apt-get download -qq "$package:$arch" 2>"$work/log") || { cat "$work/log" >&2; die "$package:$arch cannot be downloaded"; }
dpkg-deb -x "$work/$package"_*_"$arch.deb" "$work/unpacked"

rm -rf "$folder/kernel"
mv "$work/unpacked"/lib/modules/*/kernel "$folder/kernel"
mv "$work/unpacked"/boot/vmlinuz-* "$folder/vmlinuz"
rm -rf "$work"
