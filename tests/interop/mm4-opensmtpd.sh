#!/bin/sh
# OpenSMTPD in front of mm4-relay, by LMTP, in namespaces of its own: it knows its
# users and its queue by fixed paths.
. "${0%/*}/lib.sh"
need mm4-relay unshare
smtpd=$ROOT/build/opensmtpd/usr/sbin/smtpd
[ -x "$smtpd" ] || skip_all 'no OpenSMTPD here; scripts/bootstrap unpacks it'
[ "$(id -u)" -eq 0 ] || skip_all 'OpenSMTPD has to begin as root'
unshare -m true 2>/dev/null || skip_all 'no mount namespaces here'
chmod 711 "$T"
port=$(free_port)

start lmtp mm4-relay listen -q -l 127.0.0.1:0 --lmtp --domain mms.beta.example --spool lmtp.spool
cp /etc/passwd /etc/group .
printf '%s\n' 'opensmtpd:x:990:990::/nonexistent:/usr/sbin/nologin' 'opensmtpq:x:991:991::/nonexistent:/usr/sbin/nologin' "mms4:x:992:992::$T:/bin/sh" >>passwd
printf '%s\n' 'opensmtpd:x:990:' 'opensmtpq:x:991:' 'mms4:x:992:' >>group
cat >smtpd.conf <<EOF
table catchall { "@" = mms4 }
listen on 127.0.0.1 port $port hostname mx.beta.example
action "mms" lmtp "127.0.0.1:${addr##*:}" rcpt-to virtual <catchall>
match from any for domain "mms.beta.example" action "mms"
EOF
cat >run <<EOF
mount --bind $T/passwd /etc/passwd && mount --bind $T/group /etc/group &&
mount --bind $ROOT/build/opensmtpd/usr/libexec /usr/libexec &&
mount -t tmpfs none /var/spool && mkdir -m 711 /var/spool/smtpd &&
mount -t tmpfs none /var/lib && mkdir -p /var/lib/opensmtpd/empty || exit
exec $smtpd -d -f $T/smtpd.conf
EOF
: >smtpd.log
unshare -m --propagation private sh run >smtpd.log 2>&1 &
pid_smtpd=$! relay_smtpd='' started="$started smtpd"
if ! appears smtpd.log 'smtpd.*(startup|started|OpenSMTPD)' 20; then
	diag "$(cat smtpd.log)"
fi
is 'a mail is taken by OpenSMTPD' "$(PYTHONPATH=$ROOT/tests PYTHONDONTWRITEBYTECODE=1 python3 -c '
import sys
from mail import *
print(Mail(sys.argv[1]).send(forward(1, body=".dot"))[:3])' "127.0.0.1:$port")" 250
appears lmtp.out MM4_forward 20 || diag "$(cat smtpd.log)"
like 'and comes by LMTP' "$(cat lmtp.out)" "t-1@mms.alpha.example${tab}m-1@mms.alpha.example"
like 'to its recipient' "$(cat lmtp.spool/new/*)" '^Delivered-To: [+]821055551234/TYPE=PLMN@mms.beta.example'
stop smtpd
stop lmtp
done_testing
