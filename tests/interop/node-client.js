// SPDX-License-Identifier: ISC
// An ESME made of node-smpp: sends one message and waits for its receipt.
// usage: node-client.js ADDR:PORT FROM TO TEXT
// Prints "id ID", then "receipt TEXT".
const smpp = require(process.env.NODE_SMPP);

const [where, from, to, text] = process.argv.slice(2);
const timer = setTimeout(() => fail('nothing came for 30 s'), 30000);
function fail(why) {
	console.error(`node-client: ${why}`);
	process.exit(1);
}

let id, receipt;
const session = smpp.connect({ url: `smpp://${where}` });
session.on('error', (error) => fail(error.message));
session.on('enquire_link', (pdu) => session.send(pdu.response()));
session.on('deliver_sm', (pdu) => {
	receipt = pdu.short_message.message;
	session.send(pdu.response());
	finish();
});
session.bind_transceiver({ system_id: 'test', password: 'test' }, (bound) => {
	if (bound.command_status !== 0)
		fail(`bind: status ${bound.command_status}`);
	session.submit_sm({
		source_addr: from, destination_addr: to, short_message: text,
		registered_delivery: 1,
	}, (pdu) => {
		if (pdu.command_status !== 0)
			fail(`submit_sm: status ${pdu.command_status}`);
		id = pdu.message_id;
		finish();
	});
});
function finish() {
	if (id === undefined || receipt === undefined)
		return;
	console.log(`id ${id}\nreceipt ${receipt}`);
	session.unbind(() => {
		clearTimeout(timer);
		session.close();
	});
}
