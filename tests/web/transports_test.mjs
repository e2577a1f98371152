// sockjs-client 1.6.1 forced to each of its transports in turn, in Chromium, with both generations of stompjs.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Broker, inTime, module_file, noBrowser, openPage, page_file, startBrowser, unique} from './fixture.mjs';

const timeout = 180_000;
const MESSAGES = 200;
// Those for other origins and for Internet Explorer (xdr-*) are not available to a page of the broker's own.
const TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'iframe-eventsource', 'htmlfile', 'iframe-htmlfile',
                    'xhr-polling', 'iframe-xhr-polling', 'jsonp-polling'];
const files = {
  'transports.html': page_file('transports.html'), 'transports.js': page_file('transports.js'),
  'sockjs.min.js': module_file('sockjs-client/dist/sockjs.min.js'),
  'stomp-2.3.3.js': module_file('stompjs/lib/stomp.js'),
  'stomp.umd.js': module_file('@stomp/stompjs/bundles/stomp.umd.js'),
};
let broker, browser;

before(async () => {
  if (noBrowser) return;
  broker = await new Broker({files, settings: {shards: 2}}).start();
  browser = await startBrowser();
}, {timeout});

after(async () => {
  await browser?.close();
  await broker?.stop();
});

for (const library of ['stompjs 2.3.3', '@stomp/stompjs 7'])
  describe(`${library} over SockJS`, () => {
    for (const transport of TRANSPORTS)
      test(`${transport}: ${MESSAGES} messages there and back, in order`, {skip: noBrowser, timeout}, async () => {
        const {page, context} = await openPage(browser, `${broker.url}/transports.html`);
        const headers = {Authorization: `Bearer ${broker.token('alice')}`};
        const destination = `/topic/open/${unique('place')}`;
        const talk = page.evaluate((values) => talkOver(...values), [library, transport, headers, destination, MESSAGES]);
        assert.equal(await inTime(talk, `the talk over ${transport}`, 90_000), transport);
        await context.close();
      });
  });
