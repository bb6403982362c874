#!/bin/sh
# SPDX-License-Identifier: ISC
# mm4-relay parse from outside: records of all six messages, parts under safe
# names, dumps without numbers, and mails that want to do harm.
. "${0%/*}/../cmd/lib.sh"
need python3

data=$ROOT/tests/data/mm4
parse() { run mm4-relay parse "$@"; }

parse "$data/forward-req.eml"
is 'a message is a row of the default columns' "$(cat out)" \
"2026-07-06T09:15:00.000Z${tab}MM4_forward.REQ${tab}t-7f31-1@mms.beta.example${tab}m-7f31@mms.beta.example${tab}+447700900123${tab}+256771234567${tab}Grüße${tab}${tab}3${tab}$data/forward-req.eml"
is 'all is well' "$status" 0
is 'nothing is said of it' "$(cat err)" ''

parse --columns type,status "$data"/*.eml
is 'each of the six messages is told, with what it says' "$(cat out)" \
"MM4_delivery_report.REQ${tab}Retrieved
MM4_delivery_report.RES${tab}Ok
MM4_forward.REQ${tab}
MM4_forward.RES${tab}Error-content-not-accepted
MM4_forward.RES${tab}Ok
MM4_read_reply_report.REQ${tab}Read"

parse --columns type,transaction_id,file <"$data/forward-res-bare.eml"
is 'stdin is read when there is no file' "$(cat out)" \
	"MM4_forward.RES${tab}t-7f31-1@mms.beta.example${tab}stdin"

parse -j --columns subject,parts,text,cc,names,expiry,delivery_report,read_reply "$data/forward-req.eml"
is 'JSON has the same' "$(cat out)" '{"subject":"Grüße","parts":3,"text":"Grüße","cc":"+447700900999","names":"main.smil,pic.gif,txt.txt","expiry":"2026-07-09T09:15:00.000Z","delivery_report":"yes","read_reply":"no"}'

# Parts
parse --columns names --parts photos "$data/forward-req.eml"
is 'parts are files' "$(ls photos)" "main.smil
pic.gif
txt.txt"
is 'decoded' "$(cat photos/txt.txt)" 'Grüße'
is 'all octets of them' "$(head -c 6 photos/pic.gif)" GIF89a
parse --columns names --parts photos "$data/forward-req.eml"
is 'none is written over' "$(cat out)" main-2.smil,pic-2.gif,txt-2.txt

head_of() { printf 'X-Mms-Message-Type: MM4_forward.REQ\r\nX-Mms-Transaction-ID: t1\r\n'; }
{
	head_of
	printf 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'
	for name in ../../etc/passwd '..\\..\\boot.ini' .profile '-rf' "a b;c" "$(printf 'x%.0s' $(seq 300))" ''; do
		printf -- '--b\r\nContent-Type: text/plain; name="%s"\r\n\r\nhi\r\n' "$name"
	done
	printf -- '--b--\r\n'
} >hostile.eml
mkdir deep && (cd deep && mm4-relay parse --columns names --parts in ../hostile.eml >../out)
is 'names are made safe' "$(sed 's/x\{100\}/X/' out)" \
	'passwd.txt,boot.ini,profile.txt,rf.txt,a_b_c.txt,X.txt,part-7.txt'
is 'nothing is written elsewhere' "$(find deep -type f | wc -l | tr -d ' ')" 7
ln -s "$T/elsewhere" photos/passwd.txt
parse --parts photos hostile.eml
ok 'a link in the place of a part is not followed' test ! -e elsewhere

# Dumps
parse --dump "$data/forward-req.eml"
unlike 'a dump has no whole number' "$(cat out)" '[0-9]{7}'
like 'but its end' "$(cat out)" '^From: \+\*+123/TYPE=PLMN$'
unlike 'and no subject' "$(cat out)" R3LDvMOfZQ
like 'it lists the parts' "$(cat out)" '^part 2: image/gif id=pic location=pic.gif 56 octets$'

# What is no MM4
printf 'From: a@b.example\r\n\r\nhello\r\n' >plain.eml
parse plain.eml
is 'a mail that is no MM4 is 65' "$status" 65
is 'said with its reason' "$(cat err)" 'mm4-relay: plain.eml: no X-Mms-Message-Type'
parse plain.eml "$data/forward-req.eml"
is 'with others that are it is 1' "$status" 1
is 'each has its row' "$(wc -l <out | tr -d ' ')" 2
parse nothing.eml
is 'a file that is not there is 66' "$status" 66
parse </dev/null
is 'an empty mail is 65' "$status" 65

# Harm
cat >harm.py <<'PY'
import sys
head = b'X-Mms-Message-Type: MM4_forward.REQ\r\nX-Mms-Transaction-ID: t1\r\n'
def put(name, octets): open(name, 'wb').write(octets)
put('nul.eml', head + b'Subject: a\0b\r\n\r\nhi\r\n')
put('bits.eml', head + b'Subject: Gr\xfc\xdfe\r\n\r\nhi\r\n')
put('long.eml', head + b'X-Long: ' + b'x' * (2 << 20) + b'\r\n\r\nhi\r\n')
put('many.eml', head + b'X-More: y\r\n' * 200000 + b'\r\nhi\r\n')
put('deep.eml', head + b''.join(b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (i, i) for i in range(100)))
put('parts.eml', head + b'Content-Type: multipart/mixed; boundary=b\r\n\r\n' + b'--b\r\n\r\nx\r\n' * 100000 + b'--b--\r\n')
put('open.eml', head + b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi')
put('none.eml', head + b'Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n')
put('other.eml', head + b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--c\r\n\r\nhi\r\n--c--\r\n')
put('base64.eml', head + b'Content-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG!!!\r\n')
put('lf.eml', head.replace(b'\r', b'') + b'\nhi\n')
put('big.eml', head + b'Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n' + (b'QUJD' * 19 + b'\r\n') * (50000000 // 78))
PY
python3 harm.py
parse -j --columns file,error nul.eml bits.eml long.eml many.eml deep.eml parts.eml open.eml none.eml other.eml base64.eml lf.eml
is 'what is wrong is in the record' "$(cat out)" '{"file":"nul.eml","error":"control octets in a field"}
{"file":"bits.eml","error":null}
{"file":"long.eml","error":"a head of more than 256 KiB"}
{"file":"many.eml","error":"a head of more than 256 KiB"}
{"file":"deep.eml","error":"multiparts in more than 32 levels"}
{"file":"parts.eml","error":"more than 1000 parts"}
{"file":"open.eml","error":null}
{"file":"none.eml","error":"a multipart without parts"}
{"file":"other.eml","error":"a multipart without parts"}
{"file":"base64.eml","error":"octets that base64 does not have"}
{"file":"lf.eml","error":null}'
is 'and in the exit status' "$status" 1
parse --columns octets,error --parts big big.eml
is '50 MB are read' "$status" 0
is 'and written' "$(cat big/part-1.jpg | wc -c | tr -d ' ')" 36538425

run mm4-relay
is 'no command is wrong usage' "$status" 64
run mm4-relay prase
is 'an unknown one too' "$(cat err)" 'mm4-relay: prase: unknown command; see mm4-relay -h'
run mm4-relay --columns type parse "$data/forward-res.eml"
is 'options may stand before the command' "$(cat out)" MM4_forward.RES
run mm4-relay parse -h
is 'its help is of its own' "$status" 0
ok 'and fits a screen' test "$(wc -l <out)" -le 24

done_testing
