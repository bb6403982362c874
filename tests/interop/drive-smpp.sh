#!/bin/sh
# drive_smpp, the SMSC of Kannel's own tests: smpp-send sends to it, and
# smpp-listen takes what it delivers. It binds transmitters and receivers, and
# answers with empty message ids.
. "${0%/*}/lib.sh"
drive=/usr/lib/kannel/test/drive_smpp
need smpp-send smpp-listen $drive

background drive $drive -v 0 -p 0 -m 0
port_of "$pid"
exits 0 'one message is accepted' \
	smpp-send -u "smpp://foo@$addr" -f SUREM -t +821055551234 'Your code is 483920.'
is 'its row has no id' "$(cat out)" "1${tab}ok${tab}${tab}+821055551234${tab}1${tab}"
ok 'drive_smpp read the text' appears drive.err 'short_message = <Your code is 483920.>'
stop drive

background drive $drive -v 0 -p 0 -m 0
port_of "$pid"
awk 'BEGIN { for (i = 0; i < 500; i++) printf "+8210%08d\trow %d\n", i, i }' >rows
exits 0 'a batch is accepted' smpp-send -u "smpp://foo@$addr" -w 50 --batch rows
is 'with a row for each' "$(cut -f2 out | sort | uniq -c | tr -s ' ')" ' 500 ok'
ok 'the last one arrived' appears drive.err 'short_message = <row 499>'
stop drive

background drive $drive -v 0 -p 0 -m 100
port_of "$pid"
exits 0 'smpp-listen takes a hundred messages' \
	smpp-listen -b rx -u "smpp://foo@$addr" -c 100 --columns from,to,text
is 'in order' "$(cut -f3 out | tr '\n' ' ')" "$(seq 100 | tr '\n' ' ')"
is 'with their addresses' "$(cut -f1,2 out | sort -u)" "456${tab}123"
stop drive
done_testing
