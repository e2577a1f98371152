// permessage-deflate with a client that offers it as browsers do, and the same without it beside it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import WebSocket from 'ws';
import {Broker, inTime, unique} from './fixture.mjs';

const timeout = 180_000;
let broker;

before(async () => { broker = await new Broker({settings: {'http.compression': 'true'}}).start(); }, {timeout});
after(() => broker?.stop());

const frame = (command, headers, body = '') =>
  `${command}\n${Object.entries(headers).map(([name, value]) => `${name}:${value}\n`).join('')}\n${body}\0`;

// A client in frames: `next(command)` waits for one, octets() tells what has come over the network.
async function enter(user, options) {
  const socket = new WebSocket(broker.ws, ['v12.stomp'], options);
  const frames = [];
  const waiting = [];
  socket.on('message', (data) => {
    const text = data.toString();
    if (text === '\n') return;
    (waiting.shift() ?? ((one) => frames.push(one)))(text);
  });
  const client = {
    socket,
    say: (...parts) => socket.send(frame(...parts)),
    next: () => inTime(frames.length ? Promise.resolve(frames.shift()) : new Promise((resolve) => waiting.push(resolve)), 'a frame'),
    octets: () => socket._socket.bytesRead,
  };
  await inTime(new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); }), 'the upgrade');
  client.say('CONNECT', {'accept-version': '1.2', host: 'x', passcode: broker.token(user)});
  assert.match(await client.next(), /^CONNECTED/);
  return client;
}

test('who offers compression gets what is large compressed, sends compressed, and all get the same', {timeout}, async () => {
  const packed = await enter('alice', {perMessageDeflate: {threshold: 0}});
  const other = await enter('carol', {perMessageDeflate: {clientMaxWindowBits: 9}});
  const plain = await enter('bob', {perMessageDeflate: false});
  assert.match(packed.socket.extensions, /permessage-deflate/);
  assert.equal(plain.socket.extensions, '');
  const destination = `/topic/open/${unique('packed')}`;
  const clients = [packed, other, plain];
  for (const client of clients) {
    client.say('SUBSCRIBE', {id: '1', destination, receipt: 's'});
    assert.match(await client.next(), /^RECEIPT/);
  }
  const body = JSON.stringify({content: Array.from({length: 400}, (_, i) => ({id: i, text: 'grüße 你好'}))});
  for (const sender of clients) {
    const before = clients.map((client) => client.octets());
    sender.say('SEND', {destination}, body);
    for (const client of clients) assert.ok((await client.next()).endsWith(`\n\n${body}\0`));
    const came = clients.map((client, i) => client.octets() - before[i]);
    assert.ok(came[0] < body.length / 3 && came[1] < body.length / 3, `compressed: ${came}`);
    assert.ok(came[2] > body.length, `plain: ${came}`);
  }
  // Below 1 KiB nothing is compressed.
  const before = packed.octets();
  const small = 'x'.repeat(500);
  packed.say('SEND', {destination}, small);
  assert.ok((await packed.next()).endsWith(`${small}\0`));
  assert.ok(packed.octets() - before > small.length);
  for (const client of clients) client.socket.close();
});

test('what inflates beyond the limit ends with an ERROR and 1009', {timeout}, async () => {
  const client = await enter('mallory', {perMessageDeflate: true});
  const closed = new Promise((resolve) => client.socket.on('close', resolve));
  client.say('SEND', {destination: '/topic/open/x'}, 'x'.repeat(8 << 20));
  assert.match(await client.next(), /^ERROR\n[^]*code:message-too-large[^]*limits.frame_bytes = 262144/);
  assert.equal(await inTime(closed, 'the Close'), 1009);
});
