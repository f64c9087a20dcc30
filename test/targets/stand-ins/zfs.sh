#!/bin/sh
# Stands in for `zfs`: datasets are folders, zvols are files, and every call is recorded.
root=$STAND_IN
echo "$*" >> "$root/calls"
for last; do :; done
fail() { echo "$1" >&2; exit 1; }
if [ "$STAND_IN_DENIED" = 1 ]; then fail "cannot open '$last': permission denied"; fi
# What happens to the caller in the middle of a step.
strike() { if [ "$STAND_IN_AT" = "$1" ]; then kill "-$STAND_IN_SIGNAL" "$PPID"; sleep 0.3; fi; }
case $1 in
  list)
    [ -d "$root/datasets/$last" ] || fail "cannot open '$last': dataset does not exist"
    echo "$last"
    for child in "$root/datasets/$last"/*; do
      if [ -d "$child" ]; then echo "$last/${child##*/}"; fi
    done ;;
  get)
    case $6 in
      zoned) [ -d "$root/datasets/$last" ] && cat "$root/zoned" ;;
      creation) cat "$root/datasets/$last/creation" ;;
    esac ;;
  create)
    mkdir "$root/datasets/$last" || fail "cannot create '$last'"
    date +%s > "$root/datasets/$last/creation"
    mkdir -p "$(dirname "$root/devices/$last")"
    truncate -s "${3%m}M" "$root/devices/$last"
    strike create ;;
  snapshot)
    cp --sparse=always "$root/devices/${last%@*}" "$root/datasets/${last%@*}/snapshot"
    strike snapshot ;;
  send)
    head -c 1048576 "$root/datasets/${last%@*}/snapshot"
    strike send
    tail -c +1048577 "$root/datasets/${last%@*}/snapshot" ;;
  destroy)
    strike destroy
    [ -d "$root/datasets/$last" ] || fail "cannot open '$last': dataset does not exist"
    if [ -f "$root/datasets/$last/busy" ]; then fail "cannot destroy '$last': dataset is busy"; fi
    rm -rf "$root/datasets/$last" "$root/devices/$last" ;;
esac
