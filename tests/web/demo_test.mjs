// The demo page as people use it: two windows chat, one goes offline, comes back, closes its tab.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {Broker, DEADLINE, Nats, noBrowser, openPage, root, startBrowser, unique} from './fixture.mjs';

const timeout = 180_000;
const skip = noBrowser;
let nats, broker, browser;

before(async () => {
  if (noBrowser) return;
  nats = await new Nats().start();
  broker = new Broker({nats});
  execFileSync(join(root, 'broker/demo/assemble'), [broker.www]);
  writeFileSync(join(broker.www, 'tokens.json'), JSON.stringify({alice: broker.token('alice'), bob: broker.token('bob')}));
  await broker.start();
  browser = await startBrowser();
}, {timeout});

after(async () => {
  await broker?.stop();
  await nats?.stop();
});

const online = (page) => page.waitForSelector('#state[data-state=online]');
const offline = (page) => page.waitForSelector('#state[data-state=offline]');
const texts = (page, list) => page.locator(`#${list} li p`).allTextContents();

async function window(user) {
  const opened = await openPage(browser, `${broker.url}/#${user}`);
  await online(opened.page);
  return opened;
}

// Enters a text and waits until this window shows it: then it is stored.
async function say(page, list, text) {
  await page.fill(`#${list}-text`, text);
  await page.press(`#${list}-text`, 'Enter');
  await sees(page, list, text);
}

function sees(page, list, text) {
  return page.locator(`#${list} li p`).filter({hasText: new RegExp(`^${text}$`)}).waitFor({timeout: DEADLINE});
}

test('the first page asks who one is', {skip, timeout}, async () => {
  const {page, context, faults} = await openPage(browser, `${broker.url}/`);
  await page.click('text=Alice');
  await online(page);
  assert.match(await page.title(), /Alice/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('two windows chat, in the room and privately, and see events', {skip, timeout}, async () => {
  const [alice, bob] = [await window('alice'), await window('bob')];
  const words = unique('hello');
  await say(alice.page, 'room', words);
  await sees(bob.page, 'room', words);
  await say(bob.page, 'direct', `${words}-back`);
  await sees(alice.page, 'direct', `${words}-back`);
  await nats.publish('business.order.paid', {orderId: words});
  for (const {page} of [alice, bob]) await page.locator('#events li', {hasText: words}).waitFor({timeout: DEADLINE});
  assert.deepEqual([...alice.faults, ...bob.faults], []);
  await alice.context.close();
  await bob.context.close();
});

for (const [how, away, back] of [
  ['offline', async (page) => { await page.click('#switch'); await offline(page); return page; },
    async (page) => { await page.click('#switch'); await online(page); return page; }],
  ['its tab closed', async (page) => { await page.close(); },
    async (_, context) => { const page = await context.newPage(); await page.goto(`${broker.url}/#bob`); await online(page); return page; }],
]) {
  test(`what was said to a window that was away, ${how}, is there when it is back`, {skip, timeout}, async () => {
    const [alice, bob] = [await window('alice'), await window('bob')];
    const id = unique('t');
    await say(alice.page, 'room', `${id}-0`);
    await sees(bob.page, 'room', `${id}-0`);
    const left = await away(bob.page);
    for (const i of [1, 2, 3]) {
      await say(alice.page, 'room', `${id}-${i}`);
      await say(alice.page, 'direct', `${id}-${i}`);
    }
    const page = await back(left, bob.context);
    await say(alice.page, 'room', `${id}-4`);
    await say(alice.page, 'direct', `${id}-4`);
    await sees(page, 'room', `${id}-4`);
    await sees(page, 'direct', `${id}-4`);
    const mine = (list) => list.filter((text) => text.startsWith(id));
    assert.deepEqual(mine(await texts(page, 'room')), [0, 1, 2, 3, 4].map((i) => `${id}-${i}`));
    assert.deepEqual(mine(await texts(page, 'direct')), [1, 2, 3, 4].map((i) => `${id}-${i}`));
    await alice.context.close();
    await bob.context.close();
  });
}
