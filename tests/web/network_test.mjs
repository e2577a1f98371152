// Two devices of one user, one sender; tabs are closed and opened again, each device's network is cut, falls
// silent, comes back. On both screens everything is there, once and in order.
import assert from 'node:assert/strict';
import {randomInt} from 'node:crypto';
import {after, before, test} from 'node:test';
import {Broker, DEADLINE, inTime, module_file, noBrowser, page_file, startBrowser, unique} from './fixture.mjs';
import {Network} from './network.mjs';
import {User} from './node_client.mjs';

const timeout = 300_000;
const files = {'reader.html': page_file('reader.html'), 'reader.js': page_file('reader.js'),
               'stomp.umd.js': module_file('@stomp/stompjs/bundles/stomp.umd.js')};
let broker, browser;

before(async () => {
  if (noBrowser) return;
  // Sessions that the broker believes to be alive do not keep a device out.
  const settings = {'limits.send_per_second': '0', 'limits.sessions_per_user': '0', 'heartbeat.interval': '500ms'};
  broker = await new Broker({files, settings}).start();
  browser = await startBrowser();
}, {timeout});
after(async () => {
  await broker?.stop();
});

// A browser profile behind a network of its own, with at most one tab.
class Device {
  constructor(user, name, logs) {
    this.name = name;
    this.logs = logs;
    this.hash = encodeURIComponent(JSON.stringify({token: broker.token(user), deviceId: name, logs}));
  }

  async begins() {
    this.network = await new Network().start(broker.address);
    this.context = await browser.newContext();
    await this.opensTab();
    return this;
  }
  async ends() {
    await this.context.close();
    await this.network.stop();
  }

  async opensTab() {
    this.network.cut();  // the browser would ask for the page on a connection that is dead
    this.network.mend();
    this.tab = await this.context.newPage();
    this.tab.setDefaultTimeout(DEADLINE);
    await this.tab.goto(`http://${this.network.host}/reader.html#${this.hash}`);
  }
  async closesTab() {
    await this.tab.close();
    this.tab = undefined;
  }

  // What can happen to it now, by name.
  get happenings() {
    if (!this.tab) return {'opens its tab': () => this.opensTab()};
    return {
      'closes its tab': () => this.closesTab(),
      'is cut off': () => this.network.cut(),
      'hears nothing more': () => this.network.fallSilent(),
      'has a network again': () => this.network.mend(),
    };
  }

  shows(text) {
    return this.tab.waitForFunction(([text, count]) => {
      const lists = [...document.querySelectorAll('ol')];
      return lists.length === count && lists.every((list) => list.lastChild?.textContent === text);
    }, [text, this.logs.length]);
  }
  screen() {
    return this.tab.evaluate(() => [...document.querySelectorAll('ol')].map(
        (list) => [...list.children].map((item) => item.textContent)));
  }
  lost() { return this.tab.evaluate('lost'); }
}

// Repeats itself for the same seed (mulberry32).
function chooser(seed) {
  return (most) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % most;
  };
}

test('two devices show everything once and in order, whatever happens to tabs and networks',
     {skip: noBrowser, timeout}, async (t) => {
  const seed = Number(process.env.CAUSEWAY_SEED) || randomInt(2 ** 31);
  t.diagnostic(`CAUSEWAY_SEED=${seed}`);
  const choose = chooser(seed);
  const [alice, bob, room] = [unique('alice'), unique('bob'), unique('room')];
  const sender = await new User(broker, alice).comes();
  await sender.creates(room, [bob]);
  const logs = [`/topic/conversation/${room}`, '/user/queue/private-messages'];
  const devices = ['phone', 'laptop'].map((name) => new Device(bob, name, logs));
  for (const device of devices) {
    await device.begins();
    t.after(() => device.ends());
  }

  const sent = [];
  const send = async (text) => {
    await Promise.all([sender.says(room, text), sender.writes(bob, text)]);
    sent.push(text);
  };
  // Each has been there, cut off and left in silence before chance takes over.
  for (const device of devices)
    for (const happens of ['mend', 'cut', 'fallSilent']) {
      device.network[happens]();
      await send(`m${sent.length + 1}`);
      device.network.mend();
      await device.shows(sent.at(-1));
    }
  const story = [];
  for (let round = 0; round < 30; ++round) {
    for (let count = 1 + choose(4); count > 0; --count) await send(`m${sent.length + 1}`);
    const device = devices[choose(2)];
    const [what, happens] = Object.entries(device.happenings)[choose(Object.keys(device.happenings).length)];
    story.push(`m${sent.length}: ${device.name} ${what}`);
    await happens();
    // Sometimes there is time to come back, sometimes not.
    if (choose(3) === 0 && what === 'has a network again') await device.shows(sent.at(-1));
  }
  for (const device of devices) await (device.tab ? device.network.mend() : device.opensTab());
  await send('end');

  for (const device of devices) {
    await inTime(device.shows('end'), `${device.name} to show the end; ${story.join('; ')}`, 2 * DEADLINE);
    for (const shown of await device.screen()) assert.deepEqual(shown, sent, story.join('; '));
    assert.deepEqual(await device.lost(), [], story.join('; '));
    assert.ok(device.network.connections > 3, `${device.name} came back ${device.network.connections} times only`);
  }
  await sender.leaves();
});
