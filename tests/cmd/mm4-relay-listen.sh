#!/bin/sh
# mm4-relay listen against clients that send octet by octet, well and badly.
. "${0%/*}/lib.sh"
need mm4-relay python3

mail() {	# the Python of stdin with tests/mail.py in it, against $addr
	A=$addr PYTHONPATH=$ROOT/tests PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 -c '
import os, sys
from mail import *
A = os.environ["A"]
exec(compile(sys.stdin.read(), "mail", "exec"))'
}
listen() {	# NAME [OPTION...]
	n=$1; shift
	start "$n" mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example \
		--spool "$n.spool" "$@"
}
kept() { find "$1.spool/new" -type f | wc -l; }
begun() { find "$1.spool/tmp" -type f | wc -l; }

listen a --max-message 100KiB
mail >said <<'EOF'
print(Mail(A).send(forward(1, body='.dot\r\nend'))[:3])
EOF
is 'a mail is taken' "$(cat said)" 250
appears a.out MM4_forward
like 'its record says what and where' "$(cat a.out)" \
	"MM4_forward.REQ${tab}t-1@mms.alpha.example${tab}m-1@mms.alpha.example${tab}[+]821011112222${tab}[+]821055551234${tab}hi${tab}Ok${tab}1${tab}a.spool/new/"
file=$(cut -f10 a.out)
like 'the file has the envelope' "$(cat "$file")" '^Delivered-To: [+]821055551234/TYPE=PLMN@mms.beta.example'
like 'and the sender' "$(cat "$file")" '^Return-Path: <[+]821011112222/TYPE=PLMN@mms.alpha.example>'
like 'and the way it came' "$(cat "$file")" '^Received: from alpha \(\[127.0.0.1\]\)'
like 'and the dots of the message' "$(tr -d '\r' <"$file")" '^[.]dot$'
is 'nobody else may read it' "$(stat -c %a "$file")" 600

mail >said <<'EOF'
m = Mail(A)
print(m.send(forward(1, body='.dot\r\nend'))[:3])
print(m.send(forward(2))[:3])
print(m.send(forward(3), to=[BETA, '<+821055550000/TYPE=PLMN@mms.beta.example>'])[:3])
print(m.send(b'Subject: hi\r\n\r\nno MM4\r\n')[:3])
print(m.say('MAIL FROM:' + ALPHA)[:3], m.say('RCPT TO:<+1/TYPE=PLMN@elsewhere.example>')[:3])
print(m.say('RSET')[:3], m.say('QUIT')[:3])
EOF
is 'duplicates are answered, strangers and other mails refused' "$(tr '\n' ' ' <said)" \
	'250 250 250 554 250 550 250 221 '
is 'a duplicate is kept once' "$(kept a)" 3
is 'and printed once' "$(cut -f4 a.out | sort | tr '\n' ' ')" \
	'm-1@mms.alpha.example m-2@mms.alpha.example m-3@mms.alpha.example '

mail >said <<'EOF'
m = Mail(A)
print(m.say('MAIL FROM:%s SIZE=200000' % ALPHA)[:9])
print(m.send(forward('big', body='x' * 70 * 1000 + '\r\n' + 'x' * 70000))[:9])
print(m.send(forward(4))[:3])
EOF
is 'mails that are too big are refused before and after' "$(tr '\n' ' ' <said)" \
	'552 5.3.4 552 5.3.4 250 '

mail >said <<'EOF'
m = Mail(A)
print(m.send(b'From: MAILER-DAEMON\r\nTo: system-user@mms.beta.example\r\nMIME-Version: 1.0\r\n'
             b'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n'
             b'--b\r\n\r\nno such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n'
             b'Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\n'
             b'Status: 5.1.1\r\n--b--\r\n', sender='<>', to=['<system-user@mms.beta.example>'])[:3])
print(m.send(forward('bare-sender'), sender='<+821011112222/TYPE=PLMN>')[:3])
print(m.send(forward('next'))[:3])
EOF
is 'a DSN is taken, a sender without a domain too' "$(tr '\n' ' ' <said)" '250 250 250 '

mail >said <<'EOF'
for end in (b'\n.\n', b'\n.\r\n', b'\r\n.\n', b'\r.\r', b'\r\n.\r\r\n'):
    m = Mail(A)
    m.begin()
    m.put(forward('smuggled')[:-2] + end + b'MAIL FROM:<evil@mms.alpha.example>\r\n'
          b'RCPT TO:' + BETA.encode() + b'\r\nDATA\r\n' + forward('evil') + b'.\r\n')
    print(m.reply()[:3], repr(m.reply()))
m = Mail(A)
m.begin()
m.put(forward('bare', body='one\ntwo') + b'.\r\n')
print(m.reply()[:3], m.send(forward(5))[:3])
m = Mail(A, hello='')
m.put(b'EHLO x\nNOOP\r\n')
print(m.reply()[:3], m.reply()[:3])
EOF
is 'bare LF and smuggled ends are refused' "$(tr '\n' ' ' <said)" \
	"554 '' 554 '' 554 '' 554 '' 554 '' 554 250 500 250 "
unlike 'nothing smuggled is kept' "$(cat a.out a.spool/new/*)" 'evil|smuggled'

mail >said <<'EOF'
for n in range(20):
    m = Mail(A)
    m.begin()
    m.put(forward('gone')[:100 + n])
    m.close()
print(Mail(A).send(forward(6))[:3])
EOF
is 'peers that are gone in the middle of DATA hinder nobody' "$(cat said)" 250
is 'and leave nothing behind' "$(begun a)" 0
unlike 'nor in the records' "$(cat a.out)" gone

mail >said <<'EOF'
more_descriptors()
ms = [Mail(A, hello='') for n in range(1000)]
for m in ms:
    m.put(b'HELO x\r\n')
for m in ms:
    m.reply()
for n, m in enumerate(ms):
    m.put(('MAIL FROM:%s\r\nRCPT TO:%s\r\nDATA\r\n' % (ALPHA, BETA)).encode())
for n, m in enumerate(ms):
    m.codes = [m.reply()[:3] for _ in range(3)]
    m.put(forward('many-%d' % n, body='x' * 5000)[:-700])
for n, m in enumerate(ms):
    m.put(forward('many-%d' % n, body='x' * 5000)[-700:] + b'.\r\n')
print(sum(m.codes == ['250', '250', '354'] and m.reply()[:3] == '250' for m in ms))
extra = Mail(A, hello='')
print(extra.greeting[:9])
EOF
is '1,000 connections at a time are served, one more is told' "$(tr '\n' ' ' <said)" '1000 421 4.3.2 '
is 'all their mails are kept' "$(grep -c many- a.out) $(grep -rl many- a.spool/new | wc -l)" '1000 1000'
case $BIN in
*-san*) skip 'in bounded memory' 'a sanitizer takes more' ;;
*) ok 'in bounded memory' test "$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pid_a/status)" -lt 65536 ;;
esac
stop a
is 'a signal ends it with 0' $status 0

listen size --max-message 60MiB
mail >said <<'EOF'
m = Mail(A)
print('SIZE 62914560' in m.features)
print(m.say('MAIL FROM:%s SIZE=62914561' % ALPHA)[:9], m.say('MAIL FROM:%s SIZE=62914560' % ALPHA)[:3])
m.say('RSET')
line = b'x' * 998 + b'\r\n'
def large(n, lines):
    m.begin()
    m.put(forward(n, body='begin'))
    for i in range(lines // 100):
        m.put(line * 100)
    m.put(b'.\r\n')
    return m.reply()
print(large('fifty', 50000)[:3])
print(large('seventy', 70000)[:9])
print(m.send(forward(2))[:3])
EOF
is '50 MB are taken, what is over the limit is refused at both places' "$(tr '\n' ' ' <said)" \
	'True 552 5.3.4 250 250 552 5.3.4 250 '
is 'the large one is whole' "$(find size.spool/new -size +48828k -type f | wc -l) $(kept size)" '1 2'
peak=$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pid_size/status)
echo "# a mail of 50 MB: peak memory $peak KiB"
case $BIN in
*-san*) skip 'in bounded memory' 'a sanitizer takes more' ;;
*) ok 'in bounded memory' test "$peak" -lt 131072 ;;
esac
stop size

listen slow --timeout 1s
mail >said <<'EOF'
m = Mail(A)
print(m.reply()[:9], repr(m.reply()))
EOF
is 'a slow client is told and cut off' "$(cat said)" "421 4.4.2 ''"
stop slow

start masked mm4-relay listen -v --mask -l 127.0.0.1:0 --domain mms.beta.example --spool masked.spool
mail >said <<'EOF'
m = Mail(A)
print(m.send(forward(1))[:3], m.say('VRFY +821055551234')[:3])
EOF
stop masked
like 'the dialogue is shown without numbers' "$(cat masked.err)" 'C: RCPT TO:<[+][*]{9}234/TYPE=PLMN@mms.beta.example>'
unlike 'in no line of it' "$(cat masked.err)" '82105555|82101111'

if openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
	-days 2 -subj /CN=127.0.0.1 2>openssl.err; then
	listen tls --tls-cert cert.pem --tls-key key.pem
	mail >said <<'EOF'
m = Mail(A)
print('STARTTLS' in m.features)
m.put(b'STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@mms.alpha.example>\r\n')
print(m.reply()[:3])
try:
    m.secure()
    print(m.say('NOOP')[:3], m.say('RCPT TO:' + BETA)[:3])
except OSError:
    print('cut off')
m = Mail(A)
print(m.say('STARTTLS')[:3])
m.secure()
print(m.say('MAIL FROM:' + ALPHA)[:3], m.say('EHLO alpha')[:3], m.send(forward(1))[:3])
EOF
	like 'what is sent in the clear behind STARTTLS is no command' "$(tr '\n' ' ' <said)" \
		'^True 220 (250 503|cut off) 220 503 250 250 $'
	is 'a mail under TLS is kept' "$(kept tls)" 1
	like 'and said to have come so' "$(cat tls.spool/new/*)" 'with ESMTPS id'
	stop tls
else
	skip 'what is sent in the clear behind STARTTLS is no command' 'no openssl here'
fi

listen lmtp --lmtp
mail >said <<'EOF'
m = Mail(A, hello='LHLO x')
print(m.say('EHLO x')[:3], m.begin(to=[BETA, '<a@elsewhere>', '<+82/TYPE=PLMN@mms.beta.example>']))
m.put(forward(1) + b'.\r\n')
print(m.reply()[:3], m.reply()[:3], m.say('NOOP')[:3])
EOF
is 'LMTP answers for each recipient' "$(tr '\n' ' ' <said)" \
	"500 ['250', '250', '550', '250', '354'] 250 250 250 "
stop lmtp

# kill -9 in the middle of it: whatever was answered with 250 is there
listen killed --max-message 1MiB
(
	A=$addr K=$pid_killed PYTHONPATH=$ROOT/tests PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 -c '
import signal
from mail import *
kept, ms = [], [Mail(os.environ["A"]) for _ in range(20)]
try:
    for round in range(1000):
        for i, m in enumerate(ms):
            m.put(("MAIL FROM:%s\r\nRCPT TO:%s\r\nDATA\r\n" % (ALPHA, BETA)).encode())
        for i, m in enumerate(ms):
            m.n = "%d-%d" % (round, i)
            [m.reply() for _ in range(3)]
            m.put(forward(m.n, body="x" * 3000) + b".\r\n")
        if round == 5:
            os.kill(int(os.environ["K"]), signal.SIGKILL)
        for m in ms:
            if m.reply()[:3] == "250":
                kept.append(m.n)
            elif round >= 5:
                m.gone = True
        if round == 6:
            break
except (ConnectionError, BrokenPipeError):
    pass
print("\n".join(kept))' >acked
)
finished killed
is 'killed' $status 137
ok 'some were answered' test "$(wc -l <acked)" -ge 100
sed 's/.*/m-&@mms.alpha.example/' acked | sort >want
cut -f4 killed.out | sort -u >printed
is 'none of them is without a record' "$(comm -23 want printed | wc -l)" 0
is 'nor without a file' "$(while read -r id; do grep -qrF "$id" killed.spool/new || echo "$id"; done <want | wc -l)" 0
addr_old=$addr
listen killed
mail >said <<'EOF'
m = Mail(A)
print(m.send(forward('0-0', body='x' * 3000))[:3])
EOF
is 'sent again after the crash it is answered' "$(cat said)" 250
is 'and not delivered again' "$(wc -l <killed.out)" 0
stop killed

# records that nobody takes: nothing is acknowledged
mkfifo pipe.rows
(read -r line <pipe.rows; echo "$line" >first) &
reader=$!
mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example --spool piped.spool >pipe.rows 2>piped.err &
pid_piped=$! relay_piped='' started="$started piped"
appears piped.err 'listening on'
addr=${line##* }
mail >said <<'EOF'
m = Mail(A)
print(m.send(forward(1))[:3])
EOF
wait $reader
mail >>said <<'EOF' || :
try:
    m = Mail(A)
    print(m.send(forward(2))[:3])
except OSError:
    print('away')
EOF
finished piped
is 'a reader that has gone ends it with 74' $status 74
like 'what was taken was answered, what was not is told to come back' "$(tr '\n' ' ' <said)" '^250 (4..|away) $'
is 'and is not kept' "$(grep -l 'm-2@' piped.spool/new/* | wc -l)" 0

# a state that takes a part of a mail: it is as if it had never come
listen state
trigger() {	# SQL, on the state
	S=$1 timeout 20 python3 -c 'import os, sqlite3
c = sqlite3.connect("state.spool/state.db", timeout=15)
c.execute(os.environ["S"])
c.commit()'
}
for how in FAIL ROLLBACK; do
	trigger "CREATE TRIGGER t BEFORE INSERT ON seen WHEN NEW.recipient LIKE '%666%' BEGIN SELECT RAISE($how, 'no more'); END"
	H=$how mail >said <<'EOF'
H = os.environ['H']
two = [BETA, '<+82105555666/TYPE=PLMN@mms.beta.example>']
m = Mail(A)
print(m.send(forward(H), to=two)[:3], m.send(forward(H + '-other'))[:3])
EOF
	is "a mail that the state takes in part is told to come back ($how)" "$(cat said)" '451 250'
	trigger 'DROP TRIGGER t'
	H=$how mail >said <<'EOF'
m = Mail(A)
print(m.send(forward(os.environ['H']), to=[BETA, '<+82105555666/TYPE=PLMN@mms.beta.example>'])[:3])
EOF
	is 'and when it comes again' "$(cat said)" 250
	is 'it is no duplicate' "$(grep -c "m-$how@" state.out) $(grep -l "m-$how@" state.spool/new/* | wc -l)" '1 1'
	like 'of any recipient' "$(grep "m-$how@" state.out)" '821055551234.*82105555666'
done
stop state

# a full disk
if unshare -m true 2>/dev/null; then
	mkdir full.spool
	start full unshare -m sh -c "mount -t tmpfs -o size=1m none full.spool && exec mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example --spool full.spool --state-file state.full"
	mail >said <<'EOF'
m = Mail(A)
print(m.send(forward(1, body='x' * 70 + ('\r\n' + 'x' * 70) * 20000))[:9])
print(m.send(forward(2))[:3])
EOF
	is 'a full disk is 452, and the next mail fits again' "$(tr '\n' ' ' <said)" '452 4.3.1 250 '
	stop full
else
	skip 'a full disk is 452' 'no mount namespaces here'
fi

printf '[far]\nuser = far\npassword = secret\n' >ini
chmod 644 ini
exits 78 'a section for a peer that others can read, with a password' env SMPPTOOLS_CONFIG="$PWD/ini" \
	mm4-relay listen -l 127.0.0.1:0 --domain d --peer far --spool x.spool
like 'is refused' "$(cat err)" 'chmod 600'
exits 64 'without a domain it is wrong usage' mm4-relay listen -l 127.0.0.1:0
exits 64 '--tls needs a certificate' mm4-relay listen -l 127.0.0.1:0 --domain d --tls
exits 73 'a spool that cannot be made' mm4-relay listen -l 127.0.0.1:0 --domain d --spool /dev/null/x
exits 69 'an address that is not here' mm4-relay listen -l 192.0.2.1:2525 --domain d --spool x.spool
exits 64 'a route that is none' mm4-relay listen -l 127.0.0.1:0 --domain d --route x
done_testing
