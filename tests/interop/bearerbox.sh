#!/bin/sh
# Kannel's bearerbox and smsbox bind to smpp-sim, send, and get the receipt.
. "${0%/*}/lib.sh"
need smpp-sim /usr/sbin/bearerbox /usr/sbin/smsbox curl


start sim smpp-sim -l 127.0.0.1:0
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

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = $sendsms
sendsms-interface = 127.0.0.1
log-file = $T/smsbox.log
log-level = 0

group = sendsms-user
username = me
password = secret
CONF
: >bearerbox.log
: >smsbox.log
background bearerbox /usr/sbin/bearerbox -v 4 kannel.conf
ok 'bearerbox binds as transceiver' \
	appears bearerbox.log 'bind_transceiver_resp|connection to SMSC .*established|SMSC.*bound|Got PDU' 20
ok 'bearerbox waits for its boxes' appears bearerbox.log 'smsbox|Start' 20
background smsbox /usr/sbin/smsbox -v 4 kannel.conf
ok 'smsbox is up' appears smsbox.log 'Connected|admin|heartbeat|sendsms' 20

url="http://127.0.0.1:$sendsms/cgi-bin/sendsms?username=me&password=secret"
url="$url&from=SUREM&to=821055551234&text=Your+code+is+483920."
url="$url&dlr-mask=31&dlr-url=http://$addr_http/dlr/%25d/%25F"
exits 0 'sendsms takes the message' curl -sS --retry 8 --retry-connrefused --max-time 20 "$url"
like 'and says so' "$(cat out)" 'Accepted'
ok 'the receipt comes back as delivered' appears http.out '^/dlr/1/' 20
ok 'smpp-sim saw the message' appears sim.out 'submit_sm.*821055551234.*Your code is 483920' 10
exits 0 'bearerbox is told to go' \
	curl -sS --max-time 10 "http://127.0.0.1:$admin/shutdown?password=secret"
finished smsbox
finished bearerbox
is 'bearerbox left in order' "$status" 0
stop sim
stop http
done_testing
