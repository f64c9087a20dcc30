#!/bin/sh
# Makes the disk and the seed of a new machine: provision.sh NAME [REFERENCE]. Can be run again.
set -eu
name=$1
reference=${2:-ubuntu:24.04}
mkdir -p "machines/$name"
# Only results go to stdout; the exit code of an error says what to do.
rootdisk ensure "$reference" --quiet --output "machines/$name/disk.raw" --size 20GiB --force
rootdisk seed "machines/$name/seed.iso" --hostname "$name" --ssh-key "$HOME/.ssh/id_ed25519.pub" --force
