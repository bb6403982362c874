#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-listen runs for months: over many sessions that are cut in the middle of
# something, its memory and its descriptors stay as they are. LONG=1: more.
. "${0%/*}/../cmd/lib.sh"
need python3
[ -r /proc/self/status ] || skip_all 'no /proc here'
sessions=400
[ -z "$LONG" ] || sessions=6000

start churn python3 "$ROOT/tests/churn.py" "$sessions" "$T/listener.pid"
# echo's and exec's process is the one that is looked at
sh -c 'echo $$ >listener.pid; exec "$@"' sh smpp-listen -q -u "smpp://me@$addr" \
    --binds 100 --join-timeout 300ms -o log --enquire-link 1s >out 2>err &
pid=$!
finished churn
is 'the SMSC saw all its sessions' "$status" 0
status=0
wait $pid || status=$?
is 'a signal ends it well' "$status" 0
read -r over acked rss1 fd1 rss2 fd2 <churn.out
diag "$over sessions, $acked acknowledged; $rss1 KiB and $fd1 descriptors, then $rss2 and $fd2"
ok 'there were sessions and messages' test "$over" -ge "$sessions" -a "$acked" -gt "$sessions"
case $BIN in
*-san*) skip 'its memory has not grown' 'a sanitizer keeps what was freed' ;;
*) ok 'its memory has not grown' test "$rss2" -le $((rss1 + rss1 / 8 + 512)) ;;
esac
ok 'nor have its descriptors' test "$fd2" -le $((fd1 + 100))
ok 'at least each acknowledged receipt has its record' test "$(grep -c "${tab}receipt${tab}" log)" -gt "$sessions"
is 'all else is a message or an alert' "$(cut -f 2 log | sort -u | tr '\n' ' ')" 'alert message receipt '
done_testing
