// A page on which one client holds the conversation. The test is asked for what a page cannot do.
import {CLIENTS} from './all.js';
import {converse} from './conversation.js';

const libraries = {SockJS, WebSocket, Stomp, StompJs, webstomp, rxStomp: RxStomp};

globalThis.holds = (library, given) => converse({
  ...given, client: CLIENTS[library], libraries,
  restarts: () => restarts(), at: (step) => at(step),
  publishes: (destination, octets) => publishes(destination, octets),
});
