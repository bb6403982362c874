#!/bin/sh
# Kannel's bearerbox meets every fault of smpp-sim, a message for each, and
# smpp-sim is none the worse for it.
. "${0%/*}/lib.sh"
need smpp-sim /usr/sbin/bearerbox /usr/sbin/smsbox curl

fault_kinds >kinds
n=0
while IFS= read -r kind; do
	for on in submit receipt; do
		smpp-sim --fault "$kind@on=$on" --list >/dev/null 2>&1 || continue
		printf '%s@on=%s,after=%d,count=1\n' "$kind" "$on" "$n" | sed 's/,after=0,/,/'
	done
	n=$((n + 1))
done <kinds >faults
start sim smpp-sim -l 127.0.0.1:0 --all-pdus --columns command,text,fault -o rows --scenario faults --seed 1
sim=$addr
start http "$peers/http-sink"
admin=$(free_port) box=$(free_port) sendsms=$(free_port)
cat >kannel.conf <<CONF
group = core
admin-port = $admin
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = $box
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-file = $T/bearerbox.log
log-level = 0
dlr-storage = internal
sms-resend-freq = 1
sms-resend-retry = 5

group = smsc
smsc = smpp
smsc-id = sim
host = 127.0.0.1
port = ${sim##*:}
transceiver-mode = true
smsc-username = test
smsc-password = test
system-type = ""
my-number = 100
reconnect-delay = 1
wait-ack = 2
wait-ack-expire = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = $sendsms
sendsms-interface = 127.0.0.1
log-file = $T/smsbox.log
log-level = 0

group = sendsms-user
username = me
password = secret
concatenation = false
CONF
: >bearerbox.log
: >smsbox.log
background bearerbox /usr/sbin/bearerbox -v 4 kannel.conf
ok 'bearerbox waits for its boxes' appears bearerbox.log 'smsbox|Start' 20
background smsbox /usr/sbin/smsbox -v 4 kannel.conf
ok 'smsbox is up' appears smsbox.log 'Connected|admin|heartbeat|sendsms' 20
url="http://127.0.0.1:$sendsms/cgi-bin/sendsms?username=me&password=secret&from=SUREM&to=821055551234&dlr-mask=31&dlr-url=http://$addr_http/dlr/%25d"
i=0
while [ $i -lt $n ]; do
	curl -sS --retry 8 --retry-connrefused --max-time 20 "$url&text=number+$i" >/dev/null 2>&1
	i=$((i + 1))
done
# A submit meets fault after fault until all are behind it; bearerbox sends
# again what was not taken.
ok 'bearerbox goes through them' appears rows gather 60
curl -sS --max-time 20 "$url&text=the+last" >/dev/null 2>&1
ok 'and its messages still come' appears rows "submit_sm${tab}the last" 60
missed=
for t in silence double sequence command no-body close cut reset late reorder nul id stat interim unbind garbage segment gather; do
	grep -q "$t" rows || missed="$missed $t"
done
is 'it met each' "$missed" ''
exits 0 'then smpp-sim takes another client' smpp-send -q -u "smpp://test@$sim" -t 123 hi
exits 0 'bearerbox is told to go' \
	curl -sS --max-time 10 "http://127.0.0.1:$admin/shutdown?password=secret"
finished smsbox
finished bearerbox
stop sim
is 'smpp-sim ends well' "$status" 0 || diag "$(tail -n 5 sim.err)"
stop http
done_testing
