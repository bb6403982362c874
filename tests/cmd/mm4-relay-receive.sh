#!/bin/sh
# SPDX-License-Identifier: ISC
# mm4-relay receive: one mail on stdin, as a mail server hands it to a command.
. "${0%/*}/lib.sh"
need mm4-relay python3

req=$ROOT/tests/data/mm4/forward-req.eml
beta='+447700900123/TYPE=PLMN@mms.beta.example'
alpha='+256771234567/TYPE=PLMN@mms.alpha.example'

# receive MAIL [WORD...]: for the domain of alpha.
receive() {
	mail=$1; shift
	mm4-relay receive -q --domain mms.alpha.example --spool spool --grace 5s "$@" <"$mail"
}
kept() { find spool/new -type f | wc -l | tr -d ' '; }
begun() { find spool/tmp -type f | wc -l | tr -d ' '; }

start peer mm4-relay listen -l 127.0.0.1:0 --domain mms.beta.example --spool peer
route=mms.beta.example=$addr

# -- taken, once

exits 0 'a message is taken' receive "$req" -f "$beta" --route "$route" "$alpha"
like 'its record is printed' "$(cat out)" \
	"MM4_forward.REQ${tab}t-7f31-1@mms.beta.example${tab}m-7f31@mms.beta.example${tab}[+]447700900123${tab}[+]256771234567${tab}Grüße${tab}Ok${tab}3${tab}spool/new/"
file=$(cut -f10 out)
ok 'the file is the mail' cmp "$file" "$req"
ok 'the answer that it asks for has gone out' appears peer.out \
	'MM4_forward.RES.t-7f31-1@mms.beta.example.m-7f31@mms.beta.example.*Ok'
exits 0 'a second time it is taken, too' receive "$req" -f "$beta" --route "$route" "$alpha"
is 'but not printed' "$(cat out)" ''
is 'nor kept' "$(kept) $(begun)" '1 0'
is 'and answered again' "$(wc -l <peer.out | tr -d ' ')" 2
sed 's/t-7f31-1/t-8/; s/m-7f31/m-8/' "$req" >next.eml
exits 0 'without recipients those of the head count' receive next.eml --route "$route"
like 'which are ours, or nobody else'"'"'s' "$(cut -f6 out)" '^[+]256771234567'
{ echo 'From somebody Mon Jul  6 09:15:00 2026'; sed 's/t-7f31-1/t-9/; s/m-7f31/m-9/' "$req"; } >mbox.eml
exits 0 'a line that a mail server puts before it is passed over' receive mbox.eml --route "$route" "$alpha"
like 'and no part of it' "$(head -n 1 "$(cut -f10 out)")" '^From: '
sed 's/$/\r/; s/t-7f31-1/t-10/; s/m-7f31/m-10/' "$req" >crlf.eml
exits 0 'lines may end with CR LF' receive crlf.eml --route "$route" --json "$alpha"
like 'a record may be JSON' "$(cat out)" '"message_id":"m-10@mms.beta.example"'
exits 0 'records are appended to a file' receive next.eml --state-file other.db --route "$route" -o records.tsv "$alpha"
exits 0 'each' receive crlf.eml --state-file other.db --route "$route" -o records.tsv "$alpha"
is 'with a line each' "$(cut -f4 records.tsv | tr '\n' ' ')" 'm-8@mms.beta.example m-10@mms.beta.example '
exits 0 '--outcomes answers as terminals do' receive mbox.eml --state-file third.db --route "$route" \
	--outcomes Retrieved "$alpha"
ok 'with a report' appears peer.out 'MM4_delivery_report.REQ.*m-9@mms.beta.example.[+]256771234567.*Retrieved'

# -- reports and answers of others

exits 0 'a report is a record, too' receive "$ROOT/tests/data/mm4/delivery-report-req.eml" --route "$route"
like 'with its status' "$(cat out)" 'MM4_delivery_report.REQ.*Retrieved'
exits 0 'so is an answer' receive "$ROOT/tests/data/mm4/forward-res-bare.eml" --route "$route"
like 'with what it says' "$(cat out)" 'MM4_forward.RES.*Error-content-not-accepted'

# -- an answer that cannot go out now goes out later

stop peer
before=$(kept)
sed 's/t-7f31-1/t-11/; s/m-7f31/m-11/' "$req" >later.eml
exits 0 'the peer of the answer may be away' receive later.eml --route "$route" "$alpha"
is 'the message is here' "$(kept)" $((before + 1))
start peer mm4-relay listen -l "${route#*=}" --domain mms.beta.example --spool peer
start ours mm4-relay listen -l 127.0.0.1:0 --domain mms.alpha.example --spool spool --route "$route"
ok 'a listener with the same spool sends it' appears peer.out 'MM4_forward.RES.t-11@mms.beta.example' 20
stop ours
stop peer

# -- not taken: 65 for what is no MM4, 75 for all else

before=$(kept)
printf 'Subject: hi\n\nno MM4\n' >mail.eml
exits 65 'a mail that is no MM4' receive mail.eml
like 'is named as such' "$(cat err)" 'no MM4'
: >empty.eml
exits 65 'nothing at all' receive empty.eml
head -c 4096 /dev/zero >zero.eml
exits 65 'octets that are no mail' receive zero.eml
exits 75 'a recipient of somebody else' receive "$req" '+1/TYPE=PLMN@elsewhere.example'
like 'is named' "$(cat err)" '^mm4-relay: [+]1/TYPE=PLMN@elsewhere.example: not taken: 5.7.1'
exits 75 'a mail over --max-message' receive "$req" --max-message 1000 "$alpha"
like 'says so' "$(cat err)" '1000 octets'
exits 75 'an address that is not of the peer' receive "$req" --allow 192.0.2.0/24 --only-peers --client 198.51.100.1 "$alpha"
exits 0 'one that is' receive later.eml --allow 192.0.2.0/24 --client 192.0.2.7 "$alpha"
exits 75 'wrong usage is no reason to give a mail back' receive "$req" --no-such-option
exits 75 'nor is a missing domain' mm4-relay receive --spool spool <"$req"
exits 75 'nor a spool that cannot be' mm4-relay receive --domain mms.alpha.example --spool /dev/null/x <"$req"
exits 75 'nor records that nobody takes' receive "$req" --state-file fourth.db -o /dev/full "$alpha"
is 'nothing of these is kept' "$(kept) $(begun)" "$before 0"
exits 0 'what was not acknowledged is news the next time' receive "$req" --state-file fourth.db --route "$route" "$alpha"
like 'and printed' "$(cat out)" 'm-7f31'
exits 0 '-h is no mail' mm4-relay receive -h

# -- large, and deep

python3 - "$req" >large.eml <<'PY'
import base64, sys
head = open(sys.argv[1]).read().split('\n\n')[0]
print(head.replace('t-7f31-1', 't-12').replace('m-7f31', 'm-12'))
print()
for i in range(3):
    print('--=_b7f31\nContent-Type: image/jpeg; name="%d.jpg"\nContent-Transfer-Encoding: base64\n' % i)
    print(base64.encodebytes(bytes(4 << 20)).decode())
print('--=_b7f31--')
PY
exits 0 'a mail of 16 MB' receive large.eml --columns parts,octets "$alpha" || diag "$(cat err)"
is 'has its parts' "$(cut -f1 out)" 3
is 'and leaves nothing in tmp' "$(begun)" 0
done_testing
