// The client code of the requirements, unchanged, with the libraries it was written for (sockjs-client and
// stompjs 2.3.3), in Chromium.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Broker, Nats, module_file, noBrowser, openPage, page_file, startBrowser, unique} from './fixture.mjs';
import {User} from './node_client.mjs';

const timeout = 180_000;
const skip = noBrowser;
let nats, broker, browser;

before(async () => {
  if (noBrowser) return;
  nats = await new Nats().start();
  broker = new Broker({nats, files: {
    'spec.html': page_file('spec.html'), 'spec_glue.js': page_file('spec_glue.js'),
    'spec_client.js': page_file('spec_client.js'), 'stomp.js': module_file('stompjs/lib/stomp.js'),
    'sockjs.min.js': module_file('sockjs-client/dist/sockjs.min.js'),
  }});
  await broker.start();
  browser = await startBrowser();
}, {timeout});

after(async () => {
  await broker?.stop();
  await nats?.stop();
});

// The page of a user: connected, and subscribed to all that the requirements name.
async function open(userId, conversationId) {
  const parameters = {token: broker.token(userId), userId, deviceId: unique('device'), conversationId};
  const opened = await openPage(browser, `${broker.url}/spec.html#${encodeURIComponent(JSON.stringify(parameters))}`);
  await opened.page.waitForFunction(() => stompClient.connected && receipts.length === 5);
  await opened.page.evaluate(() => subscribeToTheRest());
  await opened.page.waitForFunction(() => receipts.length === 8);
  return opened;
}

// What the page's application was called with, once there is such a call that `where` matches.
async function shown(page, name, where) {
  const handle = await page.waitForFunction(
    ([name, where]) => shown.find((call) => call.name === name &&
      Object.entries(where).every(([key, value]) => call.value[key] === value))?.value,
    [name, where]);
  return handle.jsonValue();
}

async function conversationOf(...members) {
  const id = unique('room');
  const creator = await new User(broker, members[0]).comes();
  await creator.creates(id, members.slice(1));
  await creator.leaves();
  return id;
}

test('two pages chat in a conversation', {skip, timeout}, async () => {
  const room = await conversationOf('alice', 'bob');
  const [alice, bob] = [await open('alice', room), await open('bob', room)];
  await alice.page.evaluate(() => sendChatMessage(conversationId, 'Hello, 世界 👋'));
  for (const {page} of [alice, bob]) {
    const message = await shown(page, 'displayTextMessage', {content: 'Hello, 世界 👋'});
    assert.equal(message.senderId, 'alice');
    assert.equal(message.conversationId, room);
    assert.ok(message.messageId);
    assert.ok(Math.abs(message.timestamp - Date.now()) < 60_000);
  }
  await bob.page.evaluate(() => sendChatMessage(conversationId, 'and back'));
  await shown(alice.page, 'displayTextMessage', {content: 'and back', senderId: 'bob'});
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});

test('a private message reaches the other one only', {skip, timeout}, async () => {
  const room = await conversationOf('alice', 'bob', 'carol');
  const [alice, bob, carol] = [await open('alice', room), await open('bob', room), await open('carol', room)];
  await alice.page.evaluate(() => sendPrivateMessage('bob', 'between us'));
  const message = await shown(bob.page, 'displayTextMessage', {content: 'between us'});
  assert.equal(message.senderId, 'alice');
  // What comes behind it proves that it did not come.
  await alice.page.evaluate(() => sendChatMessage(conversationId, 'for all'));
  await shown(carol.page, 'displayTextMessage', {content: 'for all'});
  assert.equal(await carol.page.evaluate(() => shown.some(({value}) => value.content === 'between us')), false);
});

test('a system notification by an administrator reaches every page', {skip, timeout}, async () => {
  const room = await conversationOf('alice', 'bob');
  const {page} = await open('bob', room);
  const admin = await new User(broker, 'root', {claims: {roles: ['admin']}}).comes();
  const title = unique('notice');
  await admin.sends('/topic/system/notifications', {
    type: 20, timestamp: Date.now(),
    notification: {content: JSON.stringify({title, content: 'maintenance tonight', priority: 'high'})},
  });
  const notice = await shown(page, 'showNotification', {title});
  assert.equal(notice.type, 'announcement');
  assert.equal(notice.priority, 'high');
  await admin.leaves();
});

test('an event published on NATS reaches the event handler', {skip, timeout}, async () => {
  const room = await conversationOf('alice', 'bob');
  const {page} = await open('bob', room);
  const user = unique('user');
  await nats.publish('business.user.login', {
    eventType: 'business.user.login', userId: user, deviceId: 'device_001', loginTime: '2024-01-20T10:00:00Z'});
  const status = await shown(page, 'showUserStatusNotification', {userId: user});
  assert.equal(status.status, 'online');
  assert.equal(status.timestamp, '2024-01-20T10:00:00Z');
  await shown(page, 'updateUserOnlineStatus', {user, online: true});
});

test('heart-beat and auth commands are accepted, auth is answered', {skip, timeout}, async () => {
  const room = await conversationOf('alice', 'bob');
  const {page} = await open('alice', room);
  await page.evaluate(() => { sendHeartbeat(); sendAuthMessage(token); });
  const reply = await (await page.waitForFunction(() => replies[0])).jsonValue();
  assert.equal(reply.userId, 'alice');
  assert.ok(reply.sessionId);
  assert.ok(reply.expireTime > Date.now());
  assert.deepEqual(await page.evaluate(() => refused), []);
});

test('an edit and a recall reach the other page; a pin is refused by name', {skip, timeout}, async () => {
  const room = await conversationOf('alice', 'bob');
  const [alice, bob] = [await open('alice', room), await open('bob', room)];
  await alice.page.evaluate(() => sendChatMessage(conversationId, 'first'));
  const {messageId} = await shown(bob.page, 'displayTextMessage', {content: 'first'});
  await alice.page.evaluate((id) => editMessage(id, 'second'), messageId);
  const edit = await shown(bob.page, 'handleEditMessage', {type: 10});
  assert.equal(edit.chat.originalMessageId, messageId);
  assert.equal(JSON.parse(edit.chat.content).content, 'second');
  await alice.page.evaluate((id) => {
    stompClient.send('/app/delete-message', {}, JSON.stringify({messageId: id, deleteScope: 1}));
  }, messageId);
  assert.equal((await shown(bob.page, 'handleRecallMessage', {type: 13})).chat.originalMessageId, messageId);
  await alice.page.evaluate((id) => { pinMessage(id); }, messageId);
  await alice.page.waitForFunction(() => refused.length === 1);
  assert.deepEqual(await alice.page.evaluate(() => refused), ['type-unsupported']);
  await alice.page.evaluate(() => sendChatMessage(conversationId, 'still here'));
  await shown(bob.page, 'displayTextMessage', {content: 'still here'});
});
