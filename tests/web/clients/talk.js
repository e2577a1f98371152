// One client at its talk: what it waits for, what it must say again, where it was in each log. It is as much of
// an application as every application needs.
import {Line} from './sockets.js';

export class Talk {
  connections = 0;
  #receipts = 0;
  #waiting = new Map();   // receipt -> resolve
  #commands = new Map();  // receipt -> what is said again after a break
  #connected = false;
  #arrives;

  constructor({client: Client, libraries, place, headers, options}, heartbeat) {
    this.line = new Line(libraries, place);
    const on = {
      connected: (greeting) => this.#onConnected(greeting),
      lost: () => { this.#connected = false; },
      receipt: (answer) => this.#onReceipt(answer),
      refused: (refusal) => this.fails(new Error(`ERROR: ${refusal.message}`)),
    };
    this.client = new Client({libraries, line: this.line, headers: {...headers}, heartbeat, on, options});
    this.failed = new Promise((_, reject) => { this.fails = reject; });
    this.failed.catch(() => {});
  }

  // Resolves to the headers of CONNECTED.
  begins() {
    const arrived = new Promise((resolve) => { this.#arrives = resolve; });
    this.client.begin();
    return this.#or(arrived);
  }
  ends() { return this.#or(this.client.end()); }
  // When something went wrong: waits for nothing.
  abandons(error) {
    this.fails(error);
    this.client.abandon();
  }

  follows(destination, {resumes = false} = {}) {
    const inbox = new Inbox(this, destination, resumes);
    this.client.follow(destination, () => inbox.subscribes(), (message) => inbox.adds(message));
    return inbox;
  }

  // Resolves to the headers of the RECEIPT.
  sends(destination, body, headers = {}) {
    const {id, answered} = this.receipt();
    this.client.send(destination, {...headers, receipt: id}, body);
    return answered;
  }

  // As above, but what is not answered when the connection breaks is said again on the next one: it must be a
  // command that the broker knows again.
  commands(destination, body) {
    const {id, answered} = this.receipt();
    this.#commands.set(id, {destination, body: JSON.stringify(body)});
    if (this.#connected) this.#say(id);
    return answered;
  }

  receipt() {
    const id = `r${++this.#receipts}`;
    const answered = this.#or(new Promise((resolve) => this.#waiting.set(id, resolve)));
    answered.catch(() => {});
    return {id, answered};
  }

  #say(id) {
    const {destination, body} = this.#commands.get(id);
    this.client.send(destination, {receipt: id, 'content-type': 'application/json'}, body);
  }

  #onConnected(greeting) {
    ++this.connections;
    this.#connected = true;
    this.#arrives(greeting);
    for (const id of this.#commands.keys()) this.#say(id);
  }

  #onReceipt(answer) {
    const id = answer['receipt-id'];
    this.#commands.delete(id);
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #or(promise) { return Promise.race([promise, this.failed]); }
}

// What a subscription has brought. One that resumes keeps its place in the log.
class Inbox {
  #talk;
  #messages = [];
  #watcher = () => {};
  #place = {'resume-after': '0'};

  constructor(talk, destination, resumes) {
    Object.assign(this, {destination, resumes});
    this.#talk = talk;
  }

  // The headers of SUBSCRIBE, this time. `receipted` is for the latest one.
  subscribes() {
    const {id, answered} = this.#talk.receipt();
    this.receipted = answered.then((headers) => {
      this.recovered = headers.recovered;
      if (this.resumes) this.#place.epoch = headers.epoch;
    });
    this.receipted.catch(() => {});
    return {...(this.resumes ? this.#place : {}), receipt: id};
  }

  adds(message) {
    if (this.resumes) this.#place['resume-after'] = message.headers.offset;
    this.#messages.push(message);
    this.#watcher();
  }

  async until(enough) {
    while (!enough(this.#messages)) await Promise.race([new Promise((resolve) => { this.#watcher = resolve; }), this.#talk.failed]);
  }

  take() { return this.#messages.splice(0); }
}
