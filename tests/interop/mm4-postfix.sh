#!/bin/sh
# Postfix in front of mm4-relay: by LMTP, and as a delivery command. An instance
# of its own, in a folder of its own, on ports of its own.
. "${0%/*}/lib.sh"
need mm4-relay
[ -x /usr/sbin/postfix ] || skip_all 'no postfix here'
[ "$(id -u)" -eq 0 ] || skip_all 'postfix has to begin as root'
chmod 711 "$T"
port=$(free_port)

mail() {	# N: a forward.REQ
	PYTHONPATH=$ROOT/tests PYTHONDONTWRITEBYTECODE=1 python3 -c '
import sys
from mail import *
m = Mail(sys.argv[2])
print(m.send(forward(sys.argv[1], body=".dot"), to=["<+821055551234/TYPE=PLMN@%s>" % sys.argv[3]])[:3])' "$@"
}

start lmtp mm4-relay listen -q -l 127.0.0.1:0 --lmtp --domain mms.beta.example --spool lmtp.spool
mkdir etc queue data pipe.spool
chown postfix data
chown nobody pipe.spool
cat >etc/main.cf <<EOF
compatibility_level = 3.6
queue_directory = $T/queue
data_directory = $T/data
maillog_file = /dev/stdout
myhostname = mx.beta.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = mms.beta.example, mms.pipe.example
transport_maps = inline:{ mms.beta.example=lmtp:inet:[127.0.0.1]:${addr##*:}, mms.pipe.example=mm4pipe: }
local_header_rewrite_clients =
disable_mime_output_conversion = yes
message_size_limit = 20971520
smtpd_peername_lookup = no
EOF
cat >etc/master.cf <<EOF
127.0.0.1:$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
mm4pipe unix - n n - 5 pipe flags=q user=nobody null_sender= argv=$T/receive -f \${sender} \${recipient}
EOF
cat >receive <<EOF
#!/bin/sh
exec "$BIN/mm4-relay" receive -q --domain mms.pipe.example --spool $T/pipe.spool "\$@"
EOF
chmod 755 receive
: >postfix.log
/usr/sbin/postfix -c "$T/etc" start-fg >postfix.log 2>&1 &
pid_postfix=$! relay_postfix='' started="$started postfix"
appears postfix.log 'daemon started' 30 || diag "$(cat postfix.log)"

is 'a mail is taken by Postfix' "$(mail 1 "127.0.0.1:$port" mms.beta.example)" 250
appears lmtp.out MM4_forward 30
like 'and comes by LMTP as it was' "$(cat lmtp.out)" "t-1@mms.alpha.example${tab}m-1@mms.alpha.example${tab}[+]821011112222${tab}[+]821055551234${tab}hi${tab}Ok"
file=$(head -1 lmtp.out | cut -f10)
like 'its From is not rewritten' "$(tr -d '\r' <"$file")" '^From: [+]821011112222/TYPE=PLMN$'
like 'nor its recipient' "$(cat "$file")" '^Delivered-To: [+]821055551234/TYPE=PLMN@mms.beta.example'
like 'its dot is there' "$(tr -d '\r' <"$file")" '^[.]dot$'
is 'no MM4 is refused, and bounces' "$(PYTHONPATH=$ROOT/tests python3 -c '
import sys
from mail import *
print(Mail(sys.argv[1]).send(b"Subject: x\r\n\r\nhi\r\n", sender="<>")[:3])' "127.0.0.1:$port")" 250
appears postfix.log 'status=bounced' 30
like 'with what mm4-relay said' "$line" 'said: 55[04]'
if mm4-relay receive -h >/dev/null 2>&1; then
	is 'a mail for the delivery command' "$(mail 2 "127.0.0.1:$port" mms.pipe.example)" 250
	appears postfix.log 'relay=mm4pipe.*status=' 30
	like 'is sent' "$line" 'status=sent'
	like 'and kept' "$(cat pipe.spool/new/* 2>/dev/null)" 'm-2@mms.alpha.example'
else
	skip 'a delivery command' 'no mm4-relay receive'
fi
/usr/sbin/postfix -c "$T/etc" stop >/dev/null 2>&1
finished postfix
stop lmtp
done_testing
