#!/bin/sh
# The same with signatures, a cache, a lock against parallel runs, and downloads that resume.
set -eu
rootdisk ensure ubuntu:24.04 --output disk.raw --size 20GiB --force
