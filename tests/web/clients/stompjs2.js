// stompjs 2.3.3: STOMP 1.0 and 1.1, cuts what it sends at 16 KiB, does not connect again.
import {Application} from './application.js';

export class Stompjs2 extends Application {
  static library = 'stompjs 2.3.3';
  static binary = 'latin1';  // an octet is a character to it
  // Cuts the text, not its octets: a WebSocket sends half a pair as U+FFFD, SockJS as what it is.
  static cutsPairs = true;

  connect({connected, lost}) {
    const {Stomp} = this.libraries;
    this.stomp = Stomp.over(this.line.open(['v10.stomp', 'v11.stomp']));
    this.stomp.debug = null;
    this.stomp.heartbeat = {outgoing: this.heartbeat, incoming: this.heartbeat};
    this.stomp.onreceipt = ({headers}) => this.on.receipt(headers);
    this.stomp.connect({...this.headers}, ({headers}) => connected(headers),
                       (reason) => (typeof reason === 'string' ? lost() : this.on.refused(reason.headers)));
  }

  subscribe(destination, headers, arrived) {
    this.stomp.subscribe(destination, (frame) => arrived({headers: frame.headers, text: frame.body, bytes: latin1(frame.body)}), headers);
  }
  send(destination, headers, body) { this.stomp.send(destination, {...headers}, body); }
  disconnect() { return new Promise((resolve) => { this.stomp.disconnect(resolve); }); }
}

const latin1 = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
