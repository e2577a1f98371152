// A user with @stomp/stompjs in Chromium; speaks like User of node_client.mjs.
import {randomUUID} from 'node:crypto';
import {inTime, module_file, openPage, page_file} from './fixture.mjs';

export const files = {
  'stompjs.html': page_file('stompjs.html'), 'browser_user.js': page_file('browser_user.js'),
  'stomp.umd.js': module_file('@stomp/stompjs/bundles/stomp.umd.js'),
};

export class BrowserUser {
  #inboxes = [];

  constructor(browser, broker, name, {deviceId = '', claims = {}} = {}) {
    this.browser = browser;
    this.broker = broker;
    this.name = name;
    this.headers = {Authorization: `Bearer ${broker.token(name, claims)}`, ...(deviceId ? {deviceId} : {})};
  }

  async comes() {
    const {page, context} = await openPage(this.browser, `${this.broker.url}/stompjs.html`);
    this.page = page;
    this.context = context;
    await page.exposeFunction('arrived', (inbox, frame) => this.#inboxes[inbox].add(frame));
    this.greeting = {headers: await this.#runs('connectAs', this.headers)};
    return this;
  }

  leaves() { return this.context.close(); }

  subscribes(destination, inbox, headers = {}) {
    return this.#runs('subscribeTo', destination, this.#inboxes.push(inbox) - 1, headers);
  }

  sends(destination, body, headers = {}) {
    return this.#runs('sendTo', destination, typeof body === 'string' ? body : JSON.stringify(body), headers);
  }

  creates(conversationId, members) { return this.sends('/app/conversations/create', {conversationId, members}); }
  says(conversationId, content) {
    return this.sends('/app/chat', {conversationId, content, clientMsgId: randomUUID()});
  }
  writes(receiverId, content) {
    return this.sends('/app/private-message', {receiverId, content, clientMsgId: randomUUID()});
  }

  #runs(name, ...values) {
    return inTime(this.page.evaluate(([name, values]) => globalThis[name](...values), [name, values]),
                  `${name} ${values[0]} in Chromium`);
  }
}
