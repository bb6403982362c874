#!/bin/sh
# Clients that are not ours meet every fault of smpp-sim, on every occasion that
# it has, and smpp-sim is none the worse for it.
. "${0%/*}/lib.sh"
need smpp-sim
NODE_SMPP=$ROOT/build/node/node_modules/smpp
export NODE_SMPP
occasions='bind enquire_link submit receipt'

fault_kinds >kinds
is 'no fault is left without an argument' "$(grep -c '=$' kinds)" 0
for on in $occasions; do
	n=0
	while IFS= read -r kind; do
		smpp-sim --fault "$kind@on=$on" --list >/dev/null 2>&1 || continue
		printf '%s@on=%s,after=%d,count=1\n' "$kind" "$on" "$n" |
			sed 's/,after=0,/,/'
		n=$((n + 1))
	done <kinds >"$on.faults"
done
is 'each has an occasion' "$(cat ./*.faults | sed 's/@.*//' | sort -u | wc -l)" "$(sort -u kinds | wc -l)"

# meets PEER COMMAND...: the client meets the faults of each occasion.
meets() {
	peer=$1; shift
	for on in $occasions; do
		n=$(wc -l <"$on.faults")
		start sim smpp-sim -l 127.0.0.1:0 --all-pdus --columns fault -o rows \
			--scenario "$on.faults" --seed 1
		run "$@" "$addr" $((n + 2)) 250
		is "$peer goes through $n faults on $on" "$(wc -l <out)" $((n + 2))
		exits 0 'then smpp-sim takes another client' smpp-send -q -u "smpp://test@$addr" -t 123 hi
		stop sim
		is 'and ends well' "$status" 0 || diag "$(tail -n 5 sim.err)"
	done
}

if perl -e 'require Net::SMPP' 2>/dev/null; then
	meets Net::SMPP "$peers/netsmpp-faults"
else
	skip 'Net::SMPP goes through all faults' 'no Net::SMPP here'
fi
if [ -e "$NODE_SMPP" ] && command -v node >/dev/null; then
	meets node-smpp node "$peers/node-faults.js"
else
	skip 'node-smpp goes through all faults' 'no node-smpp here'
fi
done_testing
