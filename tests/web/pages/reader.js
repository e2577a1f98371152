// A reader as applications write it: each message is shown and remembered together with its place in the log,
// so that a tab opened later, or a network that is back, goes on behind it.
const {token, deviceId, logs} = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const lost = [];  // logs whose place the broker did not know

class Log {
    constructor(destination) {
        this.destination = destination;
        this.list = document.body.appendChild(document.createElement('ol'));
        this.kept = JSON.parse(localStorage.getItem(destination)) || {offset: '0', shown: []};
        for (const text of this.kept.shown) this.show(text);
    }

    subscribe(client) {
        const receipt = crypto.randomUUID();
        const place = {'resume-after': this.kept.offset, ...(this.kept.epoch ? {epoch: this.kept.epoch} : {})};
        client.watchForReceipt(receipt, ({headers}) => {
            if (headers.recovered !== 'true') lost.push(this.destination);
            this.kept.epoch = headers.epoch;
            this.keep();
        });
        client.subscribe(this.destination, (message) => this.arrived(message), {...place, receipt});
    }

    arrived({headers, body}) {
        const text = JSON.parse(JSON.parse(body).chat.content).content;
        this.kept.offset = headers.offset;
        this.kept.shown.push(text);
        this.keep();
        this.show(text);
    }

    show(text) { this.list.appendChild(document.createElement('li')).textContent = text; }
    keep() { localStorage.setItem(this.destination, JSON.stringify(this.kept)); }
}

const opened = logs.map((destination) => new Log(destination));
const client = new StompJs.Client({
    brokerURL: `ws://${location.host}/ws`,
    connectHeaders: {Authorization: `Bearer ${token}`, deviceId},
    reconnectDelay: 50,
    connectionTimeout: 1000,
    heartbeatIncoming: 500,
    heartbeatOutgoing: 500,
    discardWebsocketOnCommFailure: true,  // a dead network does not answer the closing handshake either
    onConnect: () => opened.forEach((log) => log.subscribe(client)),
});
client.activate();
