#!/bin/sh
# swaks and curl send to mm4-relay listen, plain, under TLS, and with AUTH.
. "${0%/*}/lib.sh"
need mm4-relay swaks curl openssl
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout key.pem -out cert.pem 2>/dev/null
cat >smpptools.ini <<'EOF'
[alpha]
user = me
password = secret
senders = mms.alpha.example
EOF
chmod 600 smpptools.ini
mail() {	# N: a forward.REQ
	PYTHONPATH=$ROOT/tests PYTHONDONTWRITEBYTECODE=1 python3 -c '
import sys
from mail import forward
sys.stdout.buffer.write(forward(sys.argv[1], body=".dot"))' "$1"
}
to='<+821055551234/TYPE=PLMN@mms.beta.example>'
from='<+821011112222/TYPE=PLMN@mms.alpha.example>'

start plain mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example --spool plain.spool --tls-cert cert.pem --tls-key key.pem
mail 1 >forward.eml
exits 0 'swaks as everybody writes it' swaks --to "$to" --server "$addr" --data @forward.eml
exits 0 'under STARTTLS' swaks --to "$to" --from "$from" --server "$addr" --data @forward.eml --tls
exits 0 'pipelined' swaks --to "$to" --from "$from" --server "$addr" --data @forward.eml --pipeline
exits 24 'a stranger is refused' swaks --to a@elsewhere.example --server "$addr" --data @forward.eml
mail 2 >forward.eml
exits 0 'curl' curl -sS --mail-from '+821011112222/TYPE=PLMN@mms.alpha.example' \
	--mail-rcpt '+821055551234/TYPE=PLMN@mms.beta.example' -T forward.eml "smtp://$addr/alpha"
exits 0 'curl without a domain of the sender' curl -sS --mail-from '111/TYPE=PLMN' \
	--mail-rcpt '+821055551234/TYPE=PLMN@mms.beta.example' -T forward.eml "smtp://$addr/alpha"
exits 0 'curl under STARTTLS' curl -sS --ssl-reqd --cacert cert.pem --mail-from '+1/TYPE=PLMN@mms.alpha.example' \
	--mail-rcpt '+821055551234/TYPE=PLMN@mms.beta.example' -T forward.eml "smtp://$addr/alpha"
is 'both messages are there' "$(cut -f4 plain.out | sort -u | tr '\n' ' ')" 'm-1@mms.alpha.example m-2@mms.alpha.example '
like 'with its dot' "$(tr -d '\r' <"$(head -1 plain.out | cut -f10)")" '^[.]dot$'
stop plain

export SMPPTOOLS_CONFIG=$T/smpptools.ini
start auth mm4-relay listen -q -l 127.0.0.1:0 --domain mms.beta.example --spool auth.spool --peer alpha --only-peers \
	--tls --tls-cert cert.pem --tls-key key.pem
mail 3 >forward.eml
exits 0 'curl logs in over TLS' curl -sS -k --user me:secret --mail-from '+1/TYPE=PLMN@mms.alpha.example' \
	--mail-rcpt '+821055551234/TYPE=PLMN@mms.beta.example' -T forward.eml "smtps://$addr/alpha"
exits 0 'swaks by LOGIN' swaks --to "$to" --from "$from" --server "$addr" --data @forward.eml --tlsc --auth LOGIN --auth-user me --auth-password secret
exits 28 'a wrong password' swaks --to "$to" --from "$from" --server "$addr" --data @forward.eml --tlsc --auth PLAIN --auth-user me --auth-password wrong
exits 23 'nobody without' swaks --to "$to" --from "$from" --server "$addr" --data @forward.eml --tlsc
exits 23 'nor a sender of another domain' swaks --to "$to" --from a@elsewhere.example --server "$addr" --data @forward.eml --tlsc --auth PLAIN --auth-user me --auth-password secret
stop auth
done_testing
