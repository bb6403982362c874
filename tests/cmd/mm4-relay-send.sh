#!/bin/sh
# mm4-relay send and report, to mm4-relay listen and to peers that are not there.
. "${0%/*}/lib.sh"
need mm4-relay python3

free_port() {
	python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
alpha() {	# [OPTION...]: mm4-relay send of mms.alpha.example
	mm4-relay send -q --domain mms.alpha.example "$@"
}
port=$(free_port)
printf 'GIF89a-not-really' >photo.gif

start beta mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example --spool beta.spool \
	--route "mms.alpha.example=127.0.0.1:$port" --outcomes Retrieved=100
beta=$addr
exits 0 'a message is accepted' alpha -u "smtp://$beta" -f +821011112222 -t +821055551234 --text 'hello'
like 'its row says so' "$(cat out)" "^1${tab}ok${tab}t-[^$tab]*@mms.alpha.example${tab}m-[^$tab]*@mms.alpha.example${tab}[+]821055551234${tab}250${tab}$"
exits 0 'with a picture, and its answer and report are waited for' alpha -u "smtp://$beta" \
	-l "127.0.0.1:$port" -f +821011112222 -t +821055551234 --subject '안녕' --text hi \
	--part photo.gif --delivery-report --wait --columns status,code,report,attempts
is 'the row says accepted by RES, then Retrieved' "$(cat out)" "ok${tab}Ok${tab}Retrieved${tab}1"
ok 'nothing is left of its listener' test -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'mm4-relay.*' -newer photo.gif)"
like 'the other side has the subject and three parts' "$(cat beta.out)" "안녕${tab}Ok${tab}3${tab}"

exits 0 'two recipients are two rows of one transaction' alpha -u "smtp://$beta" -f +821011112222 \
	-t +821055550001,+821055550002 --text x --columns to,transaction_id
is 'the numbers' "$(cut -f1 out | tr '\n' ' ')" '+821055550001 +821055550002 '
is 'the transaction' "$(cut -f2 out | sort -u | wc -l)" 1

printf '+821055551234\thello\nnobody\tx\n+821055551235\t\n' >rows
exits 1 'records: each has its row, bad ones too' alpha -u "smtp://$beta" -f +821011112222 --batch rows --columns ref,status
is 'by their numbers' "$(sort out | tr '\n' ' ')" "1${tab}ok 2${tab}failed 3${tab}failed "
printf 'ref\tto\tpart\tfrom\na\t+821055551234\tphoto.gif\t+821099998888\n' >rows
exits 0 'records with a header' alpha -u "smtp://$beta" --batch rows --columns ref,status,from
is 'and columns of their own' "$(cat out)" "a${tab}ok${tab}+821099998888"

file=$(grep "안녕" beta.out | cut -f10)
exits 0 'a mail in a file is sent on' alpha -u "smtp://$beta" -t +821055557777 "$file" --columns status,message_id
is 'with its own id' "$(cut -f2 out)" "$(grep "안녕" beta.out | head -1 | cut -f4)"
exits 0 'a report' mm4-relay report -q -u "smtp://$beta" --domain mms.alpha.example -f +821055551234 \
	-t +821011112222 --message-id m-1@mms.beta.example --status Expired --columns status,message_id
is 'its row' "$(cat out)" "ok${tab}m-1@mms.beta.example"
appears beta.out delivery_report
like 'arrives' "$(cat beta.out)" "delivery_report.REQ${tab}Expired"
exits 1 'a state that none is' mm4-relay report -q -u "smtp://$beta" --domain mms.alpha.example -f +1 -t +2 --message-id m --status Gone
exits 0 'a read reply' mm4-relay report -q -u "smtp://$beta" --domain mms.alpha.example -f +821055551234 \
	-t +821011112222 --message-id m-1@mms.beta.example --read

# routes
start gamma mm4-relay listen -q -l 127.0.0.1:0 --domain mms.gamma.example --spool gamma.spool
exits 0 'recipients of two peers are two mails' alpha -f +821011112222 -t +821055551234,+441112 --text hi \
	--route +82=mms.beta.example --route "mms.beta.example=$beta" --route +44=mms.gamma.example \
	--route "mms.gamma.example=$addr" --columns to,status,transaction_id
is 'each has its row' "$(cut -f1,2 out | sort | tr '\n' ' ')" "+441112${tab}ok +821055551234${tab}ok "
is 'each its transaction' "$(cut -f3 out | sort -u | wc -l)" 2
like 'the other peer has its own recipient' "$(cat gamma.spool/new/*)" '^Delivered-To: [+]441112/TYPE=PLMN@mms.gamma.example'
like 'and sees all of them' "$(cat gamma.spool/new/*)" '^To: [+]821055551234/TYPE=PLMN, [+]441112/TYPE=PLMN'
exits 1 'no route' alpha -f +1 -t +331 --text hi --route +82=mms.beta.example --columns status,error
like 'is said' "$(cat out)" "^failed${tab}no route for this number"
cat >lookup <<'EOF'
case $MM4_TO in
+44*) echo mms.gamma.example ;;
+33*) exit 1 ;;
*) exit 75 ;;
esac
EOF
exits 75 'a command that is asked' alpha -f +1 -t +441113 -t +331 -t +391 --text hi --lookup 'sh lookup' \
	--route "mms.gamma.example=$addr" --columns to,status
is 'knows, does not, or cannot say' "$(sort out | tr '\n' ' ')" "+331${tab}failed +391${tab}unsent +441113${tab}ok "

# a relay by pipe: what came in goes on, its counter raised
start relay mm4-relay listen -q -l 127.0.0.1:0 --domain mms.relay.example --spool relay.spool
exits 0 'to the relay' alpha -u "smtp://$addr" -f +821011112222 -t +441114 --text on
appears relay.out MM4_forward
exits 0 'and on' mm4-relay send -q --domain mms.relay.example --from-records relay.out \
	--route +44=mms.gamma.example --route "mms.gamma.example=$addr_gamma" --columns status,message_id
like 'the same message' "$(cat out)" "^ok${tab}$(cut -f4 relay.out)$"
like 'counted' "$(grep -rl 441114 gamma.spool/new | xargs cat)" '^X-Mms-Forward-Counter: 1'
stop relay; stop gamma

# peers that are not there, or refuse
exits 69 'a peer that is not there' alpha -u smtp://127.0.0.1:1 -f +1 -t +2 --text x --columns status,error
like 'is unsent' "$(cat out)" "^unsent${tab}connect to 127.0.0.1 port 1"
exits 1 'a recipient that is refused' alpha -u "smtp://$beta" -f +1 -t +2@mms.other.example --text x --columns status,code
is 'failed with its code' "$(cat out)" "failed${tab}550"
exits 0 'the dialogue is shown' mm4-relay send -v --domain mms.alpha.example -u "smtp://$beta" \
	-f +821011112222 -t +821055551239 --text x
like 'with its numbers' "$(cat err)" 'C: RCPT TO:<[+]821055551239/TYPE=PLMN>'
exits 0 'or masked' mm4-relay send -v --mask --domain mms.alpha.example -u "smtp://$beta" \
	-f +821011112222 -t +821055551239 --text x
like 'without them' "$(cat err)" 'C: RCPT TO:<[+][*]{9}239/TYPE=PLMN>'
unlike 'anywhere' "$(cat err)" '82105555|82101111'
exits 64 'a password is not for the command line' alpha -u ftp://x -f +1 -t +2 --text x
exits 64 'nowhere to go' alpha -f +1 -t +2 --text x
exits 64 '--wait needs a place for answers' alpha -u "smtp://$beta" -f +1 -t +2 --text x --wait
exits 64 'nothing to send' alpha -u "smtp://$beta" -f +1 -t +2
like 'is told what to give' "$(cat err)" 'nothing to send: --text TEXT, --part FILE'
exits 64 'no sender' alpha -u "smtp://$beta" -t +2 --text x
exits 64 'no recipient' alpha -u "smtp://$beta" -f +1 --text x
printf %02000d 0 >large.jpg
exits 1 'a part that is too large' alpha -u "smtp://$beta" -f +1 -t +2 --part large.jpg --max-message 1000
like 'is said to be' "$(cat out)" 'large.jpg: larger than --max-message'
exits 1 'a part that is not there' alpha -u "smtp://$beta" -f +1 -t +2 --part nowhere.jpg
stop beta

# with the state of a relay that listens
start state mm4-relay listen -q -l 127.0.0.1:0 --domain mms.alpha.example --spool state.spool --state-file state.db
start far mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example --spool far.spool \
	--route "mms.alpha.example=$addr" --outcomes Rejected=1
exits 0 'answers come to another process' alpha -u "smtp://$addr" -f +821011112222 -t +821055551234 --text hi \
	--delivery-report --wait --state-file state.db --columns status,code,report
is 'and are known' "$(cat out)" "ok${tab}Ok${tab}Rejected"
stop far; stop state

# what is tried again is the same mail
cat >later.py <<'EOF'
import socket, sys
s = socket.create_server(('127.0.0.1', 0))
print('later: listening on 127.0.0.1:%d' % s.getsockname()[1], file=sys.stderr, flush=True)
for n, answer in enumerate((b'451 4.3.0 later', b'', b'250 2.0.0 ok')):
    c = s.accept()[0]
    f = c.makefile('rwb')
    def say(line):
        f.write(line + b'\r\n'); f.flush()
    say(b'220 x')
    mail = b''
    for line in f:
        word = line[:4].upper()
        if word == b'EHLO':
            say(b'500 what')
        elif word == b'DATA':
            say(b'354 go')
            for line in f:
                if line == b'.\r\n':
                    break
                mail += line
            open('mail.%d' % n, 'wb').write(mail)
            if answer:
                say(answer)
            break
        elif word == b'QUIT':
            break
        else:
            say(b'250 ok')
    f.close(); c.close()
EOF
start later python3 later.py
mm4-relay send --domain mms.alpha.example -u "smtp://$addr" -f +1 -t +2 --text again \
	--retry-time 1h --columns status,attempts >out 2>err &
again=$!
wait $again
is 'a mail that is refused for now, then lost, arrives at last' "$(cat out)" "ok${tab}3"
ok 'with the same octets each time' cmp mail.0 mail.2
ok 'the one that nobody answered, too' cmp mail.0 mail.1
like 'it was said' "$(cat err)" 'is tried again in [0-9]+ s: 4?5?1? ?4.3.0 later'
done_testing
