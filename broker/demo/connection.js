// One user's connection to the broker: STOMP over SockJS, the demo's subscriptions, and what is needed to
// miss nothing. Knows nothing of the page; tells `on` what happens.
/* global SockJS, StompJs */

export const ROOM = 'demo';

// Where this device has got to in a log is kept by the broker; a device it does not know begins at the
// beginning.
const FROM_WHERE_I_WAS = {resume: 'device', 'resume-after': '0'};

export class Connection {
  #client;
  #waiting = new Map();  // receipt -> {resolve, reject}

  // on: {state(name), room(message), direct(message), event(message), error(text)}
  constructor({user, peer, token, deviceId, on}) {
    this.user = user;
    this.peer = peer;
    this.on = on;
    this.#client = new StompJs.Client({
      webSocketFactory: () => new SockJS('/ws'),
      connectHeaders: {Authorization: `Bearer ${token}`, deviceId, clientType: 'web'},
      reconnectDelay: 2000,
      onConnect: () => this.#onConnect(),
      onStompError: (frame) => on.error(frame.headers.message),
      onWebSocketClose: () => this.#onClose(),
    });
  }

  get wantsToBeOnline() {
    return this.#client.active;
  }

  goOnline() {
    this.on.state('connecting');
    this.#client.activate();
  }

  goOffline() {
    return this.#client.deactivate();
  }

  sendToRoom(content) {
    return this.#command('chat', {conversationId: ROOM, content});
  }

  sendToPeer(content) {
    return this.#command('private-message', {receiverId: this.peer, content});
  }

  async #onConnect() {
    try {
      // First of all the errors: with this subscription a refusal is a message, without it the end.
      await this.#subscribe('/user/queue/errors', (frame) => this.#onRefusal(frame));
      await this.#makeRoom();
      await this.#subscribe(`/topic/conversation/${ROOM}`, (frame) => this.on.room(JSON.parse(frame.body)),
                            FROM_WHERE_I_WAS);
      await this.#subscribe('/user/queue/private-messages', (frame) => this.on.direct(JSON.parse(frame.body)),
                            FROM_WHERE_I_WAS);
      await this.#subscribe('/topic/business.**', (frame) => this.on.event(JSON.parse(frame.body)));
      this.on.state('online');
    } catch (error) {
      this.on.error(error.message);
    }
  }

  // Who comes first makes the room, with both as members; for the other one the id is taken then.
  async #makeRoom() {
    const room = {conversationId: ROOM, type: 'group', name: 'Demo', members: ['alice', 'bob']};
    try {
      await this.#command('conversations/create', room);
    } catch (error) {
      if (error.code !== 'permission-denied') throw error;
    }
  }

  #onRefusal(frame) {
    const text = frame.headers.message || frame.body;
    const asked = this.#waiting.get(frame.headers['receipt-id']);
    if (!asked) return this.on.error(text);
    this.#waiting.delete(frame.headers['receipt-id']);
    asked.reject(Object.assign(new Error(text), {code: frame.headers.code}));
  }

  #onClose() {
    for (const asked of this.#waiting.values()) asked.reject(new Error('The connection was lost before the broker answered.'));
    this.#waiting.clear();
    this.on.state(this.#client.active ? 'connecting' : 'offline');
  }

  // Resolves when nothing that is published from now on can be missed.
  #subscribe(destination, handle, headers = {}) {
    return this.#answered((receipt) => this.#client.subscribe(destination, handle, {...headers, receipt}));
  }

  // Resolves to the RECEIPT's headers: the broker has done it, and stored what is to be kept.
  #command(name, body) {
    return this.#answered((receipt) => this.#client.publish({
      destination: `/app/${name}`,
      headers: {receipt, 'content-type': 'application/json'},
      body: JSON.stringify({clientMsgId: crypto.randomUUID(), ...body}),
    }));
  }

  #answered(send) {
    return new Promise((resolve, reject) => {
      const receipt = crypto.randomUUID();
      this.#waiting.set(receipt, {resolve, reject});
      this.#client.watchForReceipt(receipt, (frame) => {
        this.#waiting.delete(receipt);
        resolve(frame.headers);
      });
      send(receipt);
    });
  }
}
