// Every client there is a library for.
import {ByHand} from './by_hand.js';
import {RxStomp} from './rx_stomp.js';
import {Stompjs2} from './stompjs2.js';
import {Stompjs7, Stompjs7Cutting} from './stompjs7.js';
import {Webstomp} from './webstomp.js';

export const CLIENTS = Object.fromEntries(
    [Stompjs2, Stompjs7, Stompjs7Cutting, RxStomp, Webstomp, ByHand].map((client) => [client.library, client]));
