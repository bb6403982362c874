#!/bin/sh
# mm4-relay send to aiosmtpd, which refuses, delays, knows no EHLO and hangs up.
. "${0%/*}/lib.sh"
need mm4-relay openssl
/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || skip_all 'no aiosmtpd here'

send() { mm4-relay send -q --domain mms.alpha.example -f +821011112222 --text hi --columns to,status,code "$@"; }
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
	-keyout key.pem -out cert.pem 2>/dev/null

start peer "$peers/mail-peer" --keep mail
exits 0 'a mail is taken' send -u "smtp://$addr" -t +821055551234@mms.beta.example
like 'from the sender, to the recipient' "$(cat peer.out)" \
	'^[+]821011112222/TYPE=PLMN@mms.alpha.example [+]821055551234/TYPE=PLMN@mms.beta.example '
exits 0 'its octets are the same as another peer has' test -s mail
exits 1 'each recipient has its own outcome' send -u "smtp://$addr" -t +1,reject-550@x,reject-553@x
is 'by code' "$(sort out | tr '\n' ' ')" "+1${tab}ok${tab}250 reject-550@x${tab}failed${tab}550 reject-553@x${tab}failed${tab}553 "
exits 75 'what is refused for now is unsent when its time is over' send -u "smtp://$addr" -t +1,later@x --retry-time 1s
is 'and the other is not' "$(sort out | tr '\n' ' ')" "+1${tab}ok${tab}250 later@x${tab}unsent${tab}451 "
exits 1 'the answer to the whole mail counts for all' send -u "smtp://$addr" -t data-554@x,y@x
is 'of them' "$(cut -f2,3 out | sort -u)" "failed${tab}554"
exits 75 'a full peer' send -u "smtp://$addr" -t data-452@x --retry-time 1s
is 'is tried again' "$(cut -f2,3 out)" "unsent${tab}452"
head -c 1500000 /dev/zero >large.jpg
exits 1 'a mail larger than SIZE allows' send -u "smtp://$addr" -t +1 --part large.jpg
is 'is not even begun' "$(cut -f2,3 out)" "failed${tab}552"
head -c 500000 /dev/zero >photo.jpg
exits 75 'a peer that hangs up in the middle of DATA' send -u "smtp://$addr" -t cut@x --part photo.jpg --retry-time 1s
like 'has not got it as far as anybody knows' "$(cut -f2,3 out)" "^(unsent|unknown)${tab}$"
exits 75 'a slow peer' send -u "smtp://$addr" -t slow@x --timeout 200ms --retry-time 1s
is 'may have it' "$(cut -f2,3 out)" "unknown${tab}"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "+82105555$i${tab}text $i"; done >rows
exits 0 'twenty mails' send -u "smtp://$addr" --batch rows --connections 1
is 'all arrive' "$(grep -c '82105555[0-9]*/TYPE=PLMN ' peer.out)" 20
stop peer

start helo "$peers/mail-peer" helo leave
exits 0 'a peer without EHLO that leaves without QUIT' send -u "smtp://$addr" -t +1,+2
is 'has it' "$(cut -f2,3 out | sort -u)" "ok${tab}250"
exits 0 'several mails are as many connections' send -u "smtp://$addr" --batch rows
is 'each has arrived' "$(cut -f2 out | sort | uniq -c | tr -s ' ')" ' 20 ok'
stop helo

echo secret >password; chmod 600 password
echo wrong >wrong; chmod 600 wrong
start auth "$peers/mail-peer" auth
exits 0 'AUTH' send -u "smtp://me@$addr" -t +1 --password-file password --auth-in-clear
exits 77 'a wrong password' send -u "smtp://me@$addr" -t +1 --password-file wrong --auth-in-clear
exits 77 'none in the clear unasked' send -u "smtp://me@$addr" -t +1 --password-file password
stop auth

start tls "$peers/mail-peer" starttls cert.pem key.pem
exits 0 'STARTTLS where it is offered' send -u "smtp://$addr" -t +1
exits 0 'STARTTLS that must be, verified' send -u "smtp://$addr" -t +1 --starttls must --tls-ca cert.pem
exits 69 'of a certificate that nobody vouches for' send -u "smtp://$addr" -t +1 --starttls must
exits 0 'or taken as it is' send -u "smtp://$addr" -t +1 --starttls must --tls-insecure
stop tls
start smtps "$peers/mail-peer" smtps cert.pem key.pem
exits 0 'TLS from the first octet on' send -u "smtps://$addr" -t +1 --tls-ca cert.pem
exits 69 'verified' send -u "smtps://$addr" -t +1
stop smtps
done_testing
