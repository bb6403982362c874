// SPDX-License-Identifier: ISC
// An SMSC made of node-smpp: one session, or with KEEP set any number; a
// receipt for each submit_sm that asks for one; messages can be asked after,
// cancelled and replaced. On stdout a line for each request: name, from, to,
// text.
const smpp = require(process.env.NODE_SMPP);

setTimeout(() => process.exit(1), 60000).unref();
let id = 0x1000;
const messages = new Map();
// query_sm, cancel_sm, replace_sm
function manage(pdu) {
	const m = messages.get(pdu.message_id);
	if (!m || m.from !== pdu.source_addr)
		return { command_status: smpp.ESME_RINVMSGID };
	if (pdu.command === 'query_sm')
		return { message_id: pdu.message_id, message_state: m.state,
			final_date: m.state === 5 ? '260101000159000+' : '' };
	if (m.state !== 1)
		return { command_status: smpp.ESME_RCANCELFAIL };
	if (pdu.command === 'cancel_sm')
		m.state = 5;
	return {};
}
const server = smpp.createServer((session) => {
	session.on('error', () => process.env.KEEP || process.exit(1));
	session.on('pdu', (pdu) => {
		if (pdu.isResponse())
			return;
		const text = pdu.short_message && pdu.short_message.message;
		console.log([pdu.command, pdu.source_addr || '',
			pdu.destination_addr || '', text || ''].join('\t'));
		if (pdu.command.startsWith('bind_')) {
			session.receiver = pdu.command !== 'bind_transmitter';
			session.send(pdu.response({ system_id: 'node' }));
		} else if (pdu.command === 'submit_sm') {
			const name = (++id).toString(16);
			messages.set(name, { from: pdu.source_addr, state: 1 });
			session.send(pdu.response({ message_id: name }));
			if (session.receiver && (pdu.registered_delivery & 3) === 1)
				session.deliver_sm({
					esm_class: 4,
					source_addr: pdu.destination_addr,
					destination_addr: pdu.source_addr,
					short_message: `id:${name} sub:001 dlvrd:001 ` +
						'submit date:2601010000 ' +
						'done date:2601010001 ' +
						'stat:DELIVRD err:000 text:',
				});
		} else if (/^(query|cancel|replace)_sm$/.test(pdu.command)) {
			session.send(pdu.response(manage(pdu)));
		} else if (pdu.command === 'unbind') {
			session.send(pdu.response(), () => {
				session.close();
				if (!process.env.KEEP)
					server.close();
			});
		} else {
			session.send(pdu.response());
		}
	});
});
server.listen(0, '127.0.0.1', () => {
	console.error(`node-server: listening on 127.0.0.1:${server.address().port}`);
});
