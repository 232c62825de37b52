#!/usr/bin/env bash
# venv.sh PYTHON: make .venv. Debian ships python3 without venv; as root it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
python="$1"

if ! command -v "$python" >/dev/null; then
  scripts/need.sh python3 python3-venv
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Sunpath needs Python 3.11 or newer; $python is $("$python" --version). Choose another with PYTHON=…" >&2
  exit 1
}
# Without ensurepip a broken .venv would be left behind, so ask before making one.
"$python" -c 'import ensurepip, venv' 2>/dev/null || scripts/need.sh python3-venv
"$python" -m venv .venv
