#!/usr/bin/env bash
# need.sh PACKAGE…: make sure that Debian packages are there. As root they are installed; otherwise one line says
# what to install, and the exit code is 1. Nothing is skipped silently.
set -euo pipefail

# A package is known by what the product uses of it, so that a copy from elsewhere serves as well.
present() {
  case "$1" in
    graphviz) command -v neato ;;
    libharfbuzz-subset0) { ldconfig -p || /sbin/ldconfig -p; } | grep libharfbuzz-subset ;;
    fonts-noto-cjk) command -v fc-list && fc-list | grep -i 'Noto Sans CJK' ;;
    *) command -v "$1" || dpkg-query --show --showformat='${db:Status-Status}' "$1" | grep -x installed ;;
  esac >/dev/null 2>&1
}

missing=()
for package in "$@"; do
  present "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Sunpath needs: ${missing[*]}. Install with: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" >/dev/null
for package in "${missing[@]}"; do
  present "$package" || { echo "apt-get installed $package, but it cannot be found" >&2; exit 1; }
done
