// A user with @stomp/stompjs in node, for tests that need no browser.
import {Client} from '@stomp/stompjs';
import {randomUUID} from 'node:crypto';
import WebSocket from 'ws';
import {inTime} from './fixture.mjs';

// What has arrived, and a way to wait for more.
export class Inbox {
  messages = [];
  #watchers = new Set();

  add(message) {
    this.messages.push(message);
    for (const watcher of [...this.#watchers]) watcher();
  }

  // Resolves to what `look(messages)` returns as soon as that is true.
  until(look, what) {
    const found = new Promise((resolve) => {
      const watcher = () => {
        const result = look(this.messages);
        if (!result) return;
        this.#watchers.delete(watcher);
        resolve(result);
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return inTime(found, what).catch((error) => {
      throw new Error(`${error.message}; ${this.messages.length} messages had come`);
    });
  }

  get texts() { return this.messages.map(textOf); }
}

export function textOf(frame) {
  return JSON.parse(JSON.parse(frame.body).chat.content).content;
}

export class User {
  #waiting = new Map();
  #arrivals = 0;
  #proofs = new Inbox();  // arrivals at each ping of the broker's, which ws answers by itself
  errors = new Inbox();

  constructor(broker, name, {deviceId = '', claims = {}, headers = {}} = {}) {
    this.name = name;
    this.client = new Client({
      webSocketFactory: () => new WebSocket(broker.ws, ['v12.stomp']).on('ping', () => this.#proofs.add(this.#arrivals)),
      connectHeaders: {Authorization: `Bearer ${broker.token(name, claims)}`, ...(deviceId ? {deviceId} : {}), ...headers},
      reconnectDelay: 0,
    });
  }

  async comes() {
    const connected = new Promise((resolve, reject) => {
      this.client.onConnect = resolve;
      this.client.onStompError = (frame) => reject(new Error(`ERROR: ${frame.headers.message}`));
    });
    this.client.activate();
    this.greeting = await inTime(connected, `${this.name} to connect`);
    await this.subscribes('/user/queue/errors', this.errors);
    return this;
  }

  leaves() { return inTime(this.client.deactivate(), `${this.name} to leave`); }

  // When the broker has asked for, and been given, the proof that all that has arrived did arrive.
  proves() {
    const arrivals = this.#arrivals;
    return this.#proofs.until((proofs) => proofs.some((count) => count >= arrivals), 'a ping behind the last message');
  }

  // As if the network had gone: no DISCONNECT, no close handshake.
  async vanishes() {
    const closed = new Promise((resolve) => { this.client.onWebSocketClose = resolve; });
    this.client.webSocket.terminate();
    await inTime(closed, 'the socket to close');
    await this.client.deactivate({force: true});
  }

  // Resolves to the RECEIPT's headers.
  subscribes(destination, inbox, headers = {}) {
    return this.#answered((receipt) => {
      this.client.subscribe(destination, (frame) => this.#arrived(frame, inbox), {...headers, receipt});
    }, `the RECEIPT of SUBSCRIBE ${destination}`);
  }

  sends(destination, body, headers = {}) {
    const content = body instanceof Uint8Array ? {binaryBody: body} : {body: typeof body === 'string' ? body : JSON.stringify(body)};
    return this.#answered((receipt) => this.client.publish({destination, ...content, headers: {...headers, receipt}}),
                          `the RECEIPT of SEND ${destination}`);
  }

  creates(conversationId, members) { return this.sends('/app/conversations/create', {conversationId, members}); }
  says(conversationId, content) {
    return this.sends('/app/chat', {conversationId, content, clientMsgId: randomUUID()});
  }
  writes(receiverId, content) {
    return this.sends('/app/private-message', {receiverId, content, clientMsgId: randomUUID()});
  }

  #arrived(frame, inbox) {
    ++this.#arrivals;
    inbox.add(frame);
    const asked = this.#waiting.get(frame.headers['receipt-id']);
    if (inbox === this.errors && asked) asked.reject(new Error(`${frame.headers.code}: ${frame.headers.message}`));
  }

  #answered(send, what) {
    const receipt = randomUUID();
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(receipt, {reject});
      this.client.watchForReceipt(receipt, (frame) => resolve(frame.headers));
    });
    send(receipt);
    return inTime(answer, what).finally(() => this.#waiting.delete(receipt));
  }
}
