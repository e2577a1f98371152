// @stomp/stompjs 7: STOMP 1.2, connects again by itself; the application subscribes anew when it has.
export class Stompjs7 {
  static library = '@stomp/stompjs 7';
  static binary = 'bytes';
  static escapes = true;
  #followed = [];

  constructor({libraries, line, headers, heartbeat, on, options = {}}) {
    this.line = line;
    this.stomp = new libraries.StompJs.Client({
      webSocketFactory: () => line.open(['v12.stomp', 'v11.stomp', 'v10.stomp']),
      connectHeaders: headers,
      reconnectDelay: 100,
      heartbeatIncoming: heartbeat,
      heartbeatOutgoing: heartbeat,
      ...options,
      onConnect: (frame) => {
        on.connected(frame.headers);
        for (const one of this.#followed) this.#subscribe(one);
      },
      onWebSocketClose: () => on.lost(),
      onStompError: (frame) => on.refused(frame.headers),
      onUnhandledReceipt: (frame) => on.receipt(frame.headers),
    });
  }

  begin() { this.stomp.activate(); }
  follow(destination, headers, arrived) {
    this.#followed.push({destination, headers, arrived});
    this.#subscribe(this.#followed.at(-1));
  }
  send(destination, headers, body) {
    this.stomp.publish({destination, headers, ...(typeof body === 'string' ? {body} : {binaryBody: body})});
  }
  end() { return this.stomp.deactivate(); }
  abandon() { this.stomp.deactivate({force: true}).catch(() => {}); }

  #subscribe({destination, headers, arrived}) { this.stomp.subscribe(destination, (message) => arrived(opened(message)), headers()); }
}

// Cuts large frames, as servers with small buffers made people ask for.
export class Stompjs7Cutting extends Stompjs7 {
  static library = '@stomp/stompjs 7 with splitLargeFrames';
  static cutsPairs = true;

  constructor(given) { super({...given, options: {splitLargeFrames: true}}); }
}

// The body both ways; asking for one is what makes it.
export function opened(message) {
  return {headers: message.headers, get text() { return message.body; }, get bytes() { return message.binaryBody; }};
}
