// @stomp/stompjs 7 over a raw WebSocket, in node and in Chromium: the same flows, the same expectations.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {BrowserUser, files} from './browser_user.mjs';
import {Broker, Nats, noBrowser, startBrowser, unique} from './fixture.mjs';
import {Inbox, User, textOf} from './node_client.mjs';

const timeout = 180_000;
let nats, broker, browser;

before(async () => {
  nats = await new Nats().start();
  broker = await new Broker({nats, files}).start();
  if (!noBrowser) browser = await startBrowser();
}, {timeout});

after(async () => {
  await broker?.stop();
  await nats?.stop();
});

const where = {
  node: {skip: false, user: (name, options) => new User(broker, name, options).comes()},
  Chromium: {skip: noBrowser, user: (name, options) => new BrowserUser(browser, broker, name, options).comes()},
};

for (const [place, {skip, user}] of Object.entries(where)) {
  describe(`@stomp/stompjs in ${place}`, () => {
    test('CONNECTED says who one is and until when', {skip, timeout}, async () => {
      const alice = await user('alice');
      const {headers} = alice.greeting;
      assert.equal(headers.version, '1.2');
      assert.equal(headers['user-name'], 'alice');
      assert.ok(headers.session && headers.server && headers['heart-beat']);
      assert.ok(Number(headers['expires-at']) > Date.now());
      await alice.leaves();
    });

    test('a chat message is stored, numbered and delivered', {skip, timeout}, async () => {
      const [alice, bob] = [await user('alice'), await user('bob')];
      const room = unique('room');
      await alice.creates(room, ['bob']);
      const seen = {alice: new Inbox(), bob: new Inbox()};
      await alice.subscribes(`/topic/conversation/${room}`, seen.alice);
      await bob.subscribes(`/topic/conversation/${room}`, seen.bob);
      const receipt = await alice.says(room, 'Hello, 世界 👋');
      assert.equal(receipt.stored, 'true');
      assert.equal(receipt.duplicate, 'false');
      assert.equal(receipt.sequence, '1');
      for (const inbox of Object.values(seen)) {
        const [frame] = await inbox.until((messages) => messages.length > 0 && messages, 'the chat message');
        assert.equal(textOf(frame), 'Hello, 世界 👋');
        assert.equal(frame.headers['message-id'], receipt['message-id']);
        assert.equal(frame.headers.destination, `/topic/conversation/${room}`);
      }
      await alice.leaves();
      await bob.leaves();
    });

    test('a private message carries the headers of a stored one', {skip, timeout}, async () => {
      const [alice, bob] = [await user(unique('alice')), await user(unique('bob'), {deviceId: unique('device')})];
      const inbox = new Inbox();
      const subscribed = await bob.subscribes('/user/queue/private-messages', inbox);
      for (const name of ['recovered', 'epoch', 'first', 'last']) assert.ok(name in subscribed, `RECEIPT has ${name}`);
      const receipt = await alice.writes(bob.name, 'between us');
      const [frame] = await inbox.until((messages) => messages.length > 0 && messages, 'the private message');
      assert.equal(textOf(frame), 'between us');
      assert.equal(frame.headers.destination, '/user/queue/private-messages');
      assert.equal(frame.headers['sender-id'], alice.name);
      for (const name of ['message-id', 'timestamp', 'sequence', 'offset'])
        assert.equal(frame.headers[name], receipt[name], name);
      await alice.leaves();
      await bob.leaves();
    });

    test('a plain SEND arrives as it was sent', {skip, timeout}, async () => {
      const [alice, bob] = [await user('alice'), await user('bob')];
      const inbox = new Inbox();
      const destination = `/topic/open/${unique('place')}`;
      await bob.subscribes('/topic/open/*', inbox);
      await alice.sends(destination, 'a: b\\c\n', {'content-type': 'text/plain', 'x-colour': 'blue'});
      const [frame] = await inbox.until((messages) => messages.length > 0 && messages, 'the message');
      assert.equal(frame.body, 'a: b\\c\n');
      assert.equal(frame.headers.destination, destination);
      assert.equal(frame.headers['content-type'], 'text/plain');
      assert.equal(frame.headers['x-colour'], 'blue');
      assert.equal(frame.headers['sender-id'], 'alice');
      await alice.leaves();
      await bob.leaves();
    });

    test('an event from NATS and a notification arrive', {skip, timeout}, async () => {
      const [admin, bob] = [await user('root', {claims: {roles: ['admin']}}), await user('bob')];
      const [events, notices] = [new Inbox(), new Inbox()];
      await bob.subscribes('/topic/business.**', events);
      await bob.subscribes('/topic/system/notifications', notices);
      const orderId = unique('order');
      await nats.publish('business.order.paid', {orderId});
      await events.until((messages) => messages.some((frame) => {
        const content = JSON.parse(JSON.parse(frame.body).event.content);
        return content.orderId === orderId && content.eventType === 'business.order.paid' &&
          frame.headers.destination === '/topic/business.order.paid';
      }), 'the event');
      await admin.sends('/topic/system/notifications', {type: 20, notification: {content: '{"title":"t"}'}});
      await notices.until((messages) => messages.some((frame) => JSON.parse(frame.body).type === 20), 'the notice');
      await admin.leaves();
      await bob.leaves();
    });
  });
}

test('what is not allowed is refused with its code, and the session lives on', {timeout}, async () => {
  const bob = await new User(broker, 'bob').comes();
  await assert.rejects(bob.subscribes('/topic/secret', new Inbox()), /permission-denied/);
  await assert.rejects(bob.sends('/topic/system/notifications', 'x'), /permission-denied/);
  await assert.rejects(bob.sends('/app/pin-message', {messageId: 'm'}), /type-unsupported/);
  await assert.rejects(bob.sends('/app/chat', {content: 'nowhere'}), /message-invalid/);
  await bob.subscribes('/topic/system/notifications', new Inbox());
  await bob.leaves();
});

test('without a good token there is no session', {timeout}, async () => {
  for (const claims of [{exp: 1}, {sub: ''}])
    await assert.rejects(new User(broker, 'bob', {claims}).comes(), /ERROR/);
});
