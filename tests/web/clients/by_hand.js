// STOMP 1.2 over a WebSocket without a library, as small devices and other languages' clients do it.
import {Application} from './application.js';

const utf8 = new TextEncoder();
const escapes = {'\\': '\\\\', '\n': '\\n', '\r': '\\r', ':': '\\c'};
const escaped = (text) => String(text).replace(/[\\\n\r:]/g, (letter) => escapes[letter]);
const unescaped = (text) => text.replace(/\\([nrc\\])/g, (_, letter) => ({n: '\n', r: '\r', c: ':', '\\': '\\'}[letter]));

function frameOf(command, headers, body = '') {
  const bytes = typeof body === 'string' ? utf8.encode(body) : body;
  const lines = Object.entries({...headers, 'content-length': bytes.length}).map(([name, value]) => `${escaped(name)}:${escaped(value)}`);
  const head = `${[command, ...lines].join('\n')}\n\n`;
  return typeof body === 'string' ? `${head}${body}\0` : joined(utf8.encode(head), bytes, Uint8Array.of(0));
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

function parse(data) {
  const octets = typeof data === 'string' ? utf8.encode(data) : new Uint8Array(data);
  const end = octets.findIndex((octet, i) => octet === 10 && octets[i + 1] === 10);
  const [command, ...lines] = new TextDecoder().decode(octets.subarray(0, end)).split('\n');
  const headers = {};
  for (const line of lines) {
    const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)];
    headers[unescaped(name)] ??= unescaped(value);
  }
  const length = headers['content-length'] ?? octets.length - end - 3;
  const bytes = octets.subarray(end + 2, end + 2 + Number(length));
  return {command, headers, bytes, get text() { return new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes); }};
}

export class ByHand extends Application {
  static library = 'no library';
  static binary = 'bytes';
  static escapes = true;
  #subscribed = new Map();
  #receipts = 0;

  connect({connected, lost}) {
    const socket = this.line.open(['v12.stomp']);
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    let beating, gone;
    this.closed = new Promise((resolve) => { gone = resolve; });
    socket.onopen = () => this.#put('CONNECT', {
      ...this.headers, 'accept-version': '1.2', host: 'test', 'heart-beat': `${this.heartbeat},${this.heartbeat}`});
    socket.onerror = () => {};
    socket.onclose = () => { clearInterval(beating); gone(); lost(); };
    socket.onmessage = ({data}) => {
      if (data === '\n') return;
      const frame = parse(data);
      if (frame.command === 'CONNECTED') {
        const wanted = Number(frame.headers['heart-beat'].split(',')[1]);
        beating = setInterval(() => socket.send('\n'), Math.max(wanted, this.heartbeat));
        connected(frame.headers);
      }
      if (frame.command === 'MESSAGE') this.#subscribed.get(frame.headers.subscription)(frame);
      if (frame.command === 'RECEIPT') this.on.receipt(frame.headers);
      if (frame.command === 'ERROR') this.on.refused(frame.headers);
    };
  }

  subscribe(destination, headers, arrived) {
    this.#subscribed.set(destination, arrived);
    this.#put('SUBSCRIBE', {...headers, id: destination, destination});
  }
  send(destination, headers, body) { this.#put('SEND', {...headers, destination}, body); }
  // It is the broker that closes, after its RECEIPT.
  disconnect() {
    this.#put('DISCONNECT', {receipt: `bye-${++this.#receipts}`});
    return this.closed;
  }

  #put(command, headers, body) { this.socket.send(frameOf(command, headers, body)); }
}
