// Every client gets in: each library over each carrier, in Chromium and in node, holds the conversation of
// clients/conversation.js. One table; several of them at a time, each with a broker of its own that it may kill.
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import https from 'node:https';
import {dirname, join} from 'node:path';
import {after, describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import * as StompJs from '@stomp/stompjs';
import * as rxStomp from '@stomp/rx-stomp';
import SockJS from 'sockjs-client';
import Stomp from 'stompjs';
import webstomp from 'webstomp-client';
import WebSocket from 'ws';
import {CLIENTS} from './clients/all.js';
import {converse} from './clients/conversation.js';
import {Broker, DEADLINE, certificate, inTime, module_file, noBrowser, openPage, page_file, startBrowser, unique} from './fixture.mjs';
import {User} from './node_client.mjs';

const timeout = 240_000;
const AT_ONCE = 4;
const BEAT = 500;      // ms
const LIMIT = 90_000;  // ms

// Those for Internet Explorer (xdr-*) no browser has any more; node has no pages to put into pages.
const SOCKJS = ['websocket', 'xhr-streaming', 'eventsource', 'iframe-eventsource', 'htmlfile', 'iframe-htmlfile',
                'xhr-polling', 'iframe-xhr-polling', 'jsonp-polling'];
const IN_NODE = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];

// library, where, what carries it ('raw' is a WebSocket)
const TABLE = [
  ['stompjs 2.3.3', 'Chromium', ['raw', ...SOCKJS]],
  ['stompjs 2.3.3', 'Chromium with TLS', ['raw', 'xhr-streaming']],
  ['stompjs 2.3.3', 'node', ['raw', ...IN_NODE]],
  ['@stomp/stompjs 7', 'Chromium', ['raw', ...SOCKJS]],
  ['@stomp/stompjs 7', 'Chromium with TLS', ['raw', 'websocket', 'xhr-streaming', 'eventsource', 'iframe-htmlfile', 'xhr-polling', 'jsonp-polling']],
  ['@stomp/stompjs 7', 'Chromium from another origin', ['xhr-streaming', 'iframe-eventsource', 'iframe-htmlfile', 'iframe-xhr-polling', 'jsonp-polling']],
  ['@stomp/stompjs 7', 'node', ['raw', ...IN_NODE]],
  ['@stomp/stompjs 7', 'node with TLS', ['raw', 'websocket', 'xhr-streaming']],
  ['@stomp/stompjs 7 with splitLargeFrames', 'Chromium', ['raw']],
  ['@stomp/rx-stomp', 'Chromium', ['raw', 'websocket', 'xhr-polling']],
  ['@stomp/rx-stomp', 'node', ['raw', 'websocket']],
  ['webstomp-client', 'Chromium', ['raw', 'websocket', 'xhr-streaming']],
  ['webstomp-client', 'node', ['raw', 'websocket']],
  ['no library', 'Chromium', ['raw']],
  ['no library', 'Chromium with TLS', ['raw']],
  ['no library', 'node', ['raw']],
];

const here = dirname(fileURLToPath(import.meta.url));
const files = {
  'clients.html': page_file('clients.html'), 'clients.js': page_file('clients.js'),
  ...Object.fromEntries(readdirSync(join(here, 'clients')).map((name) => [name, join(here, 'clients', name)])),
  'sockjs.min.js': module_file('sockjs-client/dist/sockjs.min.js'),
  'stomp-2.3.3.js': module_file('stompjs/lib/stomp.js'),
  'stomp.umd.js': module_file('@stomp/stompjs/bundles/stomp.umd.js'),
  'webstomp-client.js': module_file('webstomp-client/dist/webstomp.js'),
  'rxjs.umd.min.js': module_file('rxjs/dist/bundles/rxjs.umd.min.js'),
  'rx-stomp.umd.js': module_file('@stomp/rx-stomp/bundles/rx-stomp.umd.js'),
};
const libraries = {SockJS, WebSocket, Stomp, StompJs, webstomp, rxStomp};
https.globalAgent.options.ca = certificate().pem;  // where SockJS in node looks, but for WebSockets

// What SockJS asked for before it was closed may still come, and find its function gone.
const LATE_JSONP = /^_jp\.\w+ is not a function$/;
const stages = [], idle = [];

// A broker for one conversation at a time.
async function stage() {
  if (idle.length) return idle.pop();
  const broker = new Broker({files, tls: true, settings: {
    'heartbeat.interval': `${BEAT}ms`, 'limits.send_per_second': '0', 'limits.sessions_per_user': '0'}});
  stages.push(broker);
  await broker.start();
  return broker;
}

after(async () => {
  for (const broker of stages) await broker.stop();
});

async function inNode(broker, library, given, asked) {
  await converse({client: CLIENTS[library], libraries, ...given, ...asked});
}

async function inChromium(broker, library, given, asked, origin) {
  const {page, context, faults} = await openPage(await startBrowser(), `${origin}/clients.html`, {ignoreHTTPSErrors: true});
  try {
    for (const [name, does] of Object.entries(asked)) await page.exposeFunction(name, does);
    assert.deepEqual(faults, [], 'the page is whole');
    const thrown = new Promise((_, reject) => {
      page.on('pageerror', (error) => { if (!LATE_JSONP.test(error.message)) reject(error); });
    });
    await Promise.race([thrown, page.evaluate(([library, given]) => holds(library, given), [library, given])]);
  } finally {
    await context.close();
  }
}

async function holds(library, where, carrier) {
  const broker = await stage();
  const secure = where.endsWith('TLS');
  const url = secure ? broker.secureUrl : broker.url;
  let step = 'beginning';
  const given = {
    place: {url: `${url}/ws`, carrier, secured: secure && where.startsWith('node') ? {ca: certificate().pem} : {}},
    headers: {Authorization: `Bearer ${broker.token('alice')}`}, name: unique('place'), beat: BEAT, limit: LIMIT,
  };
  const asked = {
    restarts: () => broker.killAndRestart(),
    at: (name) => { step = name; },
    publishes: async (destination, octets) => {
      const bob = await new User(broker, 'bob').comes();
      await bob.sends(destination, Uint8Array.from(octets));
      await bob.leaves();
    },
  };
  const conversation = where.startsWith('node') ? inNode(broker, library, given, asked) :
    inChromium(broker, library, given, asked, where.endsWith('origin') ? url.replace('127.0.0.1', 'localhost') : url);
  try {
    await inTime(conversation, 'the conversation to end', LIMIT + DEADLINE);
  } catch (error) {
    throw new Error(`${step}: ${error.message}`, {cause: error});
  }
  idle.push(broker);
}

for (const [library, where, carriers] of TABLE)
  describe(`${library} in ${where}`, {concurrency: AT_ONCE}, () => {
    for (const carrier of carriers)
      test(carrier === 'raw' ? 'WebSocket' : `SockJS ${carrier}`, {skip: where.startsWith('Chromium') && noBrowser, timeout},
           () => holds(library, where, carrier));
  });
