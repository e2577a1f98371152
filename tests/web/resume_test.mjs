// Away and back: nothing missed, nothing twice, in order; also when the broker was killed meanwhile.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Broker, unique} from './fixture.mjs';
import {Inbox, User, textOf} from './node_client.mjs';

const timeout = 180_000;
const numbers = (from, to, word = 'm') => Array.from({length: to - from + 1}, (_, i) => `${word}${from + i}`);
let broker;

before(async () => {
  broker = await new Broker({settings: {'limits.send_per_second': '0'}}).start();
}, {timeout});
after(() => broker?.stop());

const come = (name, deviceId) => new User(broker, name, {deviceId}).comes();

async function says(user, room, texts) { for (const text of texts) await user.says(room, text); }
async function writes(user, receiver, texts) { for (const text of texts) await user.writes(receiver, text); }

const endsWith = (inbox, text) => inbox.until((messages) => messages.length && textOf(messages.at(-1)) === text, text);

for (const [when, meanwhile] of [
  ['while the broker runs', async () => {}],
  ['while the broker is killed', () => broker.killAndRestart()],
]) {
  test(`20 messages of a time offline arrive once and in order, ${when}`, {timeout}, async () => {
    const [alice, bob, device, room] = [unique('alice'), unique('bob'), unique('device'), unique('room')];
    const headers = {resume: 'device'};
    let sender = await come(alice);
    await sender.creates(room, [bob]);

    let reader = await come(bob, device);
    const before = {room: new Inbox(), direct: new Inbox()};
    await reader.subscribes(`/topic/conversation/${room}`, before.room, headers);
    await reader.subscribes('/user/queue/private-messages', before.direct);  // a named device resumes by default
    await says(sender, room, numbers(1, 5));
    await writes(sender, bob, numbers(1, 5, 'p'));
    await endsWith(before.room, 'm5');
    await endsWith(before.direct, 'p5');
    await reader.proves();  // else some of these may come again, as at-least-once permits
    await reader.leaves();

    await says(sender, room, numbers(6, 25));
    await writes(sender, bob, numbers(6, 25, 'p'));
    await sender.vanishes();
    await meanwhile();

    reader = await come(bob, device);
    sender = await come(alice);
    const now = {room: new Inbox(), direct: new Inbox()};
    const receipt = await reader.subscribes(`/topic/conversation/${room}`, now.room, headers);
    assert.equal(receipt.recovered, 'true');
    await reader.subscribes('/user/queue/private-messages', now.direct);
    await says(sender, room, ['end']);
    await writes(sender, bob, ['end']);
    await endsWith(now.room, 'end');
    await endsWith(now.direct, 'end');
    assert.deepEqual(now.room.texts, [...numbers(6, 25), 'end']);
    assert.deepEqual(now.direct.texts, [...numbers(6, 25, 'p'), 'end']);
    await sender.leaves();
    await reader.leaves();
  });
}

test('resume-after is exact at the seam while a sender goes on', {timeout}, async () => {
  const [alice, bob, room] = [unique('alice'), unique('bob'), unique('room')];
  const sender = await come(alice);
  await sender.creates(room, [bob]);
  const visits = 20;
  let sent = 0, visited = 0;
  const sending = (async () => {
    for (; visited < visits; sent += 10) await Promise.all(numbers(sent + 1, sent + 10).map((text) => sender.says(room, text)));
  })();

  const seen = [];
  let place = {'resume-after': '0'};
  const visit = async (enough) => {
    const reader = await come(bob);
    const inbox = new Inbox();
    const receipt = await reader.subscribes(`/topic/conversation/${room}`, inbox, place);
    assert.equal(receipt.recovered, 'true');
    await inbox.until((messages) => messages.length >= enough, `${enough} messages`);
    await reader.vanishes();
    seen.push(...inbox.texts);
    place = {'resume-after': inbox.messages.at(-1).headers.offset, epoch: receipt.epoch};
  };
  for (; visited < visits; ++visited) await visit(5);
  await sending;
  if (seen.length < sent) await visit(sent - seen.length);
  assert.deepEqual(seen, numbers(1, sent));
  await sender.leaves();
});

test('a device without a cursor begins where resume-after says, and is remembered from then on', {timeout}, async () => {
  const [alice, bob, device, room] = [unique('alice'), unique('bob'), unique('device'), unique('room')];
  const headers = {resume: 'device', 'resume-after': '0'};
  const sender = await come(alice);
  await sender.creates(room, [bob]);
  await says(sender, room, numbers(1, 5));
  const inboxes = [];
  for (const last of ['m5', 'm10']) {
    const reader = await come(bob, device);
    const inbox = new Inbox();
    inboxes.push(inbox);
    assert.equal((await reader.subscribes(`/topic/conversation/${room}`, inbox, headers)).recovered, 'true');
    await endsWith(inbox, last);
    await reader.proves();
    await reader.leaves();
    if (last === 'm5') await says(sender, room, numbers(6, 10));
  }
  assert.deepEqual(inboxes.map((inbox) => inbox.texts), [numbers(1, 5), numbers(6, 10)]);
  await sender.leaves();
});

test('a place in another log is not resumed, and is said to be lost', {timeout}, async () => {
  const [alice, bob, room] = [unique('alice'), unique('bob'), unique('room')];
  const sender = await come(alice);
  await sender.creates(room, [bob]);
  await says(sender, room, ['old']);
  const reader = await come(bob);
  const inbox = new Inbox();
  const receipt = await reader.subscribes(`/topic/conversation/${room}`, inbox, {'resume-after': '0', epoch: 'another'});
  assert.equal(receipt.recovered, 'false');
  await says(sender, room, ['new']);
  await endsWith(inbox, 'new');
  assert.deepEqual(inbox.texts, ['new']);
  await sender.leaves();
  await reader.leaves();
});
