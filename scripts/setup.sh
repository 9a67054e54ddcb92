#!/usr/bin/env bash
# Installs what is missing, and only that: npm packages, system packages by apt (as root or by sudo), and OpenTofu's
# release where there is neither terraform nor tofu. Where it may not install, it prints the exact command and fails.
# Usage: setup.sh [build] [run] [bench] [linux] [firmware]     which groups of system tools the caller needs
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# tool, or file that a tool needs -> Debian package
declare -A package_of=(
  [gcc]=gcc [make]=make [ld]=binutils [git]=git
  [qemu-system-x86_64]=qemu-system-x86 [socat]=socat
  [grub-mkimage]=grub-common [/usr/lib/grub/i386-pc]=grub-pc-bin [/usr/lib/grub/x86_64-efi]=grub-efi-amd64-bin
  [/usr/share/ovmf/OVMF.fd]=ovmf [/usr/share/qemu-efi-aarch64/QEMU_EFI.fd]=qemu-efi-aarch64
  [fsck.fat]=dosfstools [mcopy]=mtools [qemu-img]=qemu-utils
  [wrk]=wrk [haproxy]=haproxy [curl]=curl [unzip]=unzip
  [/usr/include/stdlib.h]=libc6-dev [aarch64-linux-gnu-gcc]=gcc-aarch64-linux-gnu
  [/usr/aarch64-linux-gnu/lib/libc.a]=libc6-dev-arm64-cross
  [qemu-system-aarch64]=qemu-system-arm [/usr/share/AAVMF/AAVMF_CODE.fd]=qemu-efi-aarch64
)

check_node() {
  command -v node >/dev/null || die "Node.js 20.12 or later is needed and 'node' was not found; see https://nodejs.org/en/download"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 12) ? 0 : 1)' ||
    die "Node.js 20.12 or later is needed, $(node --version) was found; see https://nodejs.org/en/download"
}

missing_packages() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || [[ $tool == /* && -e $tool ]] || printf '%s\n' "${package_of[$tool]}"
  done
}

install_packages() {
  local packages=("$@") as_root=()
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "these system packages are missing: ${packages[*]}; install them with your system's package manager"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || die "these system packages are missing; run: sudo apt-get install -y --no-install-recommends ${packages[*]}"
    as_root=(sudo)
  fi
  say "installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
}

install_npm_packages() {
  if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then return; fi
  say 'installing npm packages'
  # Not `npm ci`: the lock file holds only the platform packages that the registry of the machine it was made on
  # offered, and `ci` refuses a lock without the others. This takes the locked versions all the same.
  npm install --no-save --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
}

# Release of https://github.com/opentofu/opentofu and the SHA-256 of its archives.
tofu_version=1.8.5
declare -A tofu_sha256=(
  [linux_amd64]=e2951ba6be8ae9427aabbd5c6f243855e8b526cb2ae6bc33a05dae22d7e82632
  [darwin_amd64]=cb6d1b949691e50bed6c9cc17aefc999cf27e52200521efa9f107ce3ee08260f
  [darwin_arm64]=c77e545ab847c0d6acd322c010f457e1a30448476945c04074a48882c4b86dfe
)

install_tofu() {
  command -v terraform >/dev/null || command -v tofu >/dev/null || [ -x .kiln/bin/tofu ] || {
    local platform archive url
    platform="$(uname -s | tr '[:upper:]' '[:lower:]')_$(uname -m | sed -e s/x86_64/amd64/ -e s/aarch64/arm64/)"
    [ -n "${tofu_sha256[$platform]:-}" ] || die "neither terraform nor tofu was found; install one of them: https://opentofu.org/docs/intro/install/"
    install_packages $(missing_packages curl unzip)
    archive="$(mktemp -d)/tofu.zip"
    url="https://github.com/opentofu/opentofu/releases/download/v$tofu_version/tofu_${tofu_version}_$platform.zip"
    say "installing OpenTofu $tofu_version into .kiln/bin"
    curl -fsSL --proto '=https' -o "$archive" "$url" || die "OpenTofu could not be fetched from $url; install terraform or tofu by hand"
    printf '%s  %s\n' "${tofu_sha256[$platform]}" "$archive" | sha256sum --check --quiet >&2 ||
      die "the checksum of $url is not the expected one; nothing was installed"
    mkdir -p .kiln/bin
    unzip -qo "$archive" tofu -d .kiln/bin
    rm -rf "$(dirname "$archive")"
  }
}

# GRUB's modules for arm64 are a package of another architecture on most machines: unpacked beside the checkout, from lists
# of its own, so that apt's state stays as it is. Without them everything is built but the loader for arm64.
fetch_arm64_grub() {
  [ ! -d /usr/lib/grub/arm64-efi ] && [ ! -d .kiln/grub/arm64-efi ] && command -v apt-get >/dev/null || return 0
  local work
  work="$(mktemp -d)"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  : >"$work/status"
  cat >"$work/apt.conf" <<CONF
#clear APT::Architectures;
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State "$work";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Acquire::Languages "none";
CONF
  say 'fetching GRUB for arm64'
  if (cd "$work" && export APT_CONFIG="$work/apt.conf" && { apt-get update -qq || true; } &&
    apt-get download -qq grub-efi-arm64-bin:arm64 && dpkg-deb -x grub-efi-arm64-bin_*.deb unpacked) >"$work/log" 2>&1; then
    mkdir -p .kiln/grub
    mv "$work/unpacked/usr/lib/grub/arm64-efi" .kiln/grub/
  else
    say "the loader for arm64 is left out: this machine's package sources have no grub-efi-arm64-bin"
  fi
  rm -rf "$work"
}

check_node
tools=()
for group in "$@"; do
  case "$group" in
    build) tools+=(grub-mkimage /usr/lib/grub/i386-pc /usr/lib/grub/x86_64-efi) ;;
    run) tools+=(qemu-system-x86_64 gcc ld make socat) ;;
    bench) tools+=(wrk haproxy) ;;
    # examples/linux-microvm, for both machines: its kernel is Debian's, so elsewhere its tests are skipped.
    linux)
      if command -v apt-get >/dev/null; then
        tools+=(gcc make /usr/include/stdlib.h aarch64-linux-gnu-gcc /usr/aarch64-linux-gnu/lib/libc.a)
        tools+=(qemu-system-x86_64 qemu-system-aarch64 /usr/share/AAVMF/AAVMF_CODE.fd)
      else
        say 'examples/linux-microvm is left out: it needs apt'
      fi
      ;;
    # What the tests of forged disks start and check them with.
    firmware)
      tools+=(qemu-system-x86_64 /usr/share/ovmf/OVMF.fd fsck.fat mcopy qemu-img)
      tools+=(qemu-system-aarch64 /usr/share/qemu-efi-aarch64/QEMU_EFI.fd)
      ;;
    *) die "unknown group '$group'" ;;
  esac
done
mapfile -t packages < <(missing_packages "${tools[@]}" | sort -u)
install_packages "${packages[@]}"
install_npm_packages
case " $* " in *" build "*) fetch_arm64_grub ;; esac
case " $* " in *" run "*) install_tofu ;; esac
