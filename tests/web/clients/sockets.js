// What a client talks through, in node and in a browser: a WebSocket, or SockJS forced to one transport.
// Heart-beats are counted here, below every library, as they pass.

// What leads to a broker by one carrier: 'raw' is a WebSocket of its own, all else a transport of SockJS.
export class Line {
  beats = {out: 0, in: 0, changed() {}};

  constructor({WebSocket, SockJS}, {url, carrier, secured = {}}) {
    Object.assign(this, {WebSocket, SockJS, url, carrier, secured});
  }

  get isSockJS() { return this.carrier !== 'raw'; }

  // A socket, new each time: neither kind can be opened twice.
  open(protocols) {
    Object.assign(this.beats, {out: 0, in: 0});
    this.socket = this.isSockJS ? this.#sockjs() : this.#websocket(protocols);
    this.#count(this.socket);
    return this.socket;
  }

  // Which way it really took.
  get taken() { return this.isSockJS ? this.socket.transport : 'raw'; }

  #websocket(protocols) {
    const address = this.url.replace(/^http/, 'ws');
    return this.secured.ca ? new this.WebSocket(address, protocols, {ca: this.secured.ca}) : new this.WebSocket(address, protocols);
  }

  // The client expects of a transport to be quick when /info was; a busy machine need not be.
  #sockjs() {
    const transportOptions = this.secured.ca ? {websocket: {tls: {ca: this.secured.ca}}} : {};
    return new this.SockJS(this.url, null, {transports: [this.carrier], timeout: 60_000, transportOptions});
  }

  #count(socket) {
    const {beats} = this;
    const send = socket.send;
    socket.addEventListener('error', () => {});  // 'close' follows; node's WebSocket insists on being heard
    socket.send = function (data) {
      if (data === '\n') { ++beats.out; beats.changed(); }
      return send.call(this, data);
    };
    socket.addEventListener('message', ({data}) => { if (data === '\n') { ++beats.in; beats.changed(); } });
  }
}
