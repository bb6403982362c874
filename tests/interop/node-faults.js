// SPDX-License-Identifier: ISC
// An ESME made of node-smpp that meets many faults: so many sessions, one
// after the other, each of which binds, asks for a link, sends a message, and
// reads until nothing comes for a while.
// usage: node-faults.js ADDR:PORT SESSIONS MS
// Prints how each session went, a word each.
const smpp = require(process.env.NODE_SMPP);

const [where, sessions, ms] = process.argv.slice(2);
setTimeout(() => process.exit(1), 150000).unref();
process.on('uncaughtException', (error) => end(`died ${error.message}`));
let session, timer, words, left = Number(sessions);

function quiet() {
	clearTimeout(timer);
	timer = setTimeout(() => end('silence'), Number(ms));
}
function end(why) {
	clearTimeout(timer);
	if (!session)
		return;
	console.log(`${why} ${words}`);
	session.removeAllListeners();
	session.on('error', () => {});
	session.close();
	session = undefined;
	setImmediate(next);
}
function next() {
	if (left-- === 0)
		process.exit(0);
	words = 0;
	session = smpp.connect({ url: `smpp://${where}` });
	const mine = session;
	quiet();
	mine.on('error', () => mine === session && end('error'));
	mine.on('close', () => mine === session && end('closed'));
	mine.on('pdu', (pdu) => {
		if (mine !== session)
			return;
		words++;
		quiet();
		if (['deliver_sm', 'enquire_link', 'unbind'].includes(pdu.command))
			mine.send(pdu.response());
	});
	mine.bind_transceiver({ system_id: 'test', password: 'test' }, (bound) => {
		if (bound.command_status !== 0 || mine !== session)
			return;
		mine.enquire_link();
		mine.submit_sm({ source_addr: 'SUREM', destination_addr: '821055551234',
			short_message: 'number', registered_delivery: 0x11 }, () => {});
	});
}
next();
