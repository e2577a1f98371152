// webstomp-client, still met in the field: it connects, subscribes, sends, and gets its receipts.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import webstomp from 'webstomp-client';
import WebSocket from 'ws';
import {Broker, inTime, unique} from './fixture.mjs';

const timeout = 180_000;
let broker;

before(async () => { broker = await new Broker({}).start(); }, {timeout});
after(() => broker?.stop());

test('webstomp-client sends to itself', {timeout}, async () => {
  const client = webstomp.over(new WebSocket(broker.ws, ['v12.stomp']), {debug: false});
  await inTime(new Promise((resolve, reject) => client.connect({passcode: broker.token('alice'), login: 'alice'}, resolve, reject)),
               'CONNECTED');
  const destination = `/topic/open/${unique('place')}`;
  const arrived = new Promise((resolve) => {
    const receipts = new Promise((subscribed) => { client.onreceipt = (frame) => subscribed(frame.headers['receipt-id']); });
    client.subscribe(destination, resolve, {receipt: 'r1'});
    receipts.then((id) => {
      assert.equal(id, 'r1');
      client.send(destination, 'hello', {'content-type': 'text/plain'});
    });
  });
  const frame = await inTime(arrived, 'the message');
  assert.equal(frame.body, 'hello');
  assert.equal(frame.headers['sender-id'], 'alice');
  const gone = new Promise((resolve) => client.disconnect(resolve));
  await inTime(gone, 'the RECEIPT of DISCONNECT');
});
