#!/bin/sh
# What many scripts do today.
set -eu
url=https://cloud-images.ubuntu.com/releases/noble/release
curl -fLO "$url/ubuntu-24.04-server-cloudimg-amd64.img"
curl -fLO "$url/SHA256SUMS"
sha256sum --ignore-missing -c SHA256SUMS
qemu-img convert -O raw ubuntu-24.04-server-cloudimg-amd64.img disk.raw
truncate -s 20G disk.raw
