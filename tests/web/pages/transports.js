// Talks to itself over one SockJS transport: `count` messages out, each comes back, in order.
const text = (i) => `${i} "quoted" \\ \n <b>&amp;</b> é 世界 👋   `;

// The client counts on a transport to be quick when /info was; a busy machine need not be.
function socketOver(transport) { return new SockJS('/ws', null, {transports: [transport], timeout: 60_000}); }

// Resolves to the carrier that was used, when all have come back as they were and the DISCONNECT is receipted.
globalThis.talkOver = async function talkOver(library, transport, headers, destination, count) {
  const client = library === 'stompjs 2.3.3' ? oldClient(transport) : newClient(transport);
  await client.connect(headers);
  const seen = [];
  const all = new Promise((resolve, reject) => {
    client.subscribe(destination, (body) => {
      if (body !== text(seen.length)) reject(new Error(`message ${seen.length} came as ${JSON.stringify(body)}`));
      if (seen.push(body) === count) resolve();
    });
  });
  await client.subscribed;
  for (let i = 0; i < count; ++i) client.send(destination, text(i));
  await all;
  const carrier = client.carrier();
  await client.disconnect();
  return carrier;
};

function oldClient(transport) {
  const socket = socketOver(transport);
  const client = stompjs2.over(socket);
  client.debug = null;
  let subscribed;
  return {
    subscribed: new Promise((resolve) => { subscribed = resolve; }),
    connect: (headers) => new Promise((resolve, reject) => { client.connect(headers, resolve, reject); }),
    subscribe(destination, seen) {
      client.onreceipt = () => subscribed();
      client.subscribe(destination, (frame) => seen(frame.body), {receipt: 'subscribed'});
    },
    send: (destination, body) => client.send(destination, {}, body),
    carrier: () => socket.transport,
    disconnect: () => new Promise((resolve) => { client.disconnect(resolve); }),
  };
}

function newClient(transport) {
  let socket;
  const client = new StompJs.Client({
    webSocketFactory: () => { socket = socketOver(transport); return socket; }, reconnectDelay: 0,
  });
  let subscribed;
  return {
    subscribed: new Promise((resolve) => { subscribed = resolve; }),
    connect: (headers) => new Promise((resolve, reject) => {
      client.connectHeaders = headers;
      client.onConnect = resolve;
      client.onStompError = (frame) => reject(new Error(frame.headers.message));
      client.onWebSocketClose = (event) => reject(new Error(`closed: ${event.code} ${event.reason}`));
      client.activate();
    }),
    subscribe(destination, seen) {
      client.watchForReceipt('subscribed', () => subscribed());
      client.subscribe(destination, (frame) => seen(frame.body), {receipt: 'subscribed'});
    },
    send: (destination, body) => client.publish({destination, body}),
    carrier: () => socket.transport,
    disconnect: () => client.deactivate(),
  };
}
