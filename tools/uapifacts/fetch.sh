#!/bin/bash
# usage: fetch.sh DIR
# Downloads Debian unstable's linux-libc-dev into DIR and prints the package's path. The package lists and
# settings that this takes stay in DIR/apt; the machine's own stay as they are.
set -euo pipefail
mkdir -p "$1/apt"/{lists/partial,cache/archives/partial,parts}
cd "$1"
root=$PWD/apt
mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$root/sources.list"
apt() {
	timeout 300 apt-get -qq -o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts="$root/parts" \
		-o Dir::State::lists="$root/lists" -o Dir::Cache="$root/cache" -o APT::Sandbox::User=root "$@" >&2
}
apt update
apt download linux-libc-dev
ls "$PWD"/linux-libc-dev_*.deb
