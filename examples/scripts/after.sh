#!/bin/sh
# The same, signed, cached, safe to be run twice at once, and continued after a cut.
set -eu
rootdisk ensure ubuntu:24.04 --output disk.raw --size 20GiB --force
