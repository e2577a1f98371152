// webstomp-client 1.2: like stompjs 2.3.3, with STOMP 1.2, and with text only.
import {Application} from './application.js';

export class Webstomp extends Application {
  static library = 'webstomp-client';
  static binary = 'none';
  static cutsPairs = true;

  connect({connected, lost}) {
    const {webstomp} = this.libraries;
    const socket = this.line.open(['v10.stomp', 'v11.stomp', 'v12.stomp']);
    this.stomp = webstomp.over(socket, {debug: false, heartbeat: {outgoing: this.heartbeat, incoming: this.heartbeat}});
    this.stomp.onreceipt = ({headers}) => this.on.receipt(headers);
    this.stomp.connect({...this.headers}, ({headers}) => connected(headers),
                       (reason) => (reason.command === 'ERROR' ? this.on.refused(reason.headers) : lost()));
  }

  subscribe(destination, headers, arrived) {
    this.stomp.subscribe(destination, (frame) => arrived({headers: frame.headers, text: frame.body}), headers);
  }
  send(destination, headers, body) { this.stomp.send(destination, body, headers); }
  disconnect() { return new Promise((resolve) => { this.stomp.disconnect(resolve); }); }
}
