// @stomp/rx-stomp 2: connects again and subscribes anew by itself.
import {opened} from './stompjs7.js';

export class RxStomp {
  static library = '@stomp/rx-stomp';
  static binary = 'bytes';
  static escapes = true;

  constructor({libraries, line, headers, heartbeat, on}) {
    const {RxStomp, RxStompState} = libraries.rxStomp;
    this.line = line;
    this.rx = new RxStomp();
    this.rx.configure({
      webSocketFactory: () => line.open(['v12.stomp', 'v11.stomp', 'v10.stomp']),
      connectHeaders: headers,
      reconnectDelay: 100,
      heartbeatIncoming: heartbeat,
      heartbeatOutgoing: heartbeat,
    });
    let connected = false;
    this.rx.serverHeaders$.subscribe((greeting) => { connected = true; on.connected(greeting); });
    this.rx.connectionState$.subscribe((state) => {
      if (state !== RxStompState.CLOSED || !connected) return;
      connected = false;
      on.lost();
    });
    this.rx.stompErrors$.subscribe((frame) => on.refused(frame.headers));
    this.rx.unhandledReceipts$.subscribe((frame) => on.receipt(frame.headers));
  }

  begin() { this.rx.activate(); }
  follow(destination, headers, arrived) {
    this.rx.watch({destination, subHeaders: headers}).subscribe((message) => arrived(opened(message)));
  }
  send(destination, headers, body) {
    this.rx.publish({destination, headers, ...(typeof body === 'string' ? {body} : {binaryBody: body})});
  }
  end() { return this.rx.deactivate(); }
  abandon() { this.rx.deactivate({force: true}).catch(() => {}); }
}
