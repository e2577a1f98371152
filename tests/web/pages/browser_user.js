// The page's half of a user in Chromium: does what the test says, hands over what arrives.
let client;

function connectAs(connectHeaders) {
    return new Promise((resolve, reject) => {
        client = new StompJs.Client({
            brokerURL: `ws://${location.host}/ws`,
            connectHeaders,
            reconnectDelay: 0,
            onConnect: (frame) => resolve(frame.headers),
            onStompError: (frame) => reject(new Error(frame.headers.message)),
        });
        client.activate();
    });
}

function subscribeTo(destination, inbox, headers) {
    return answered((receipt) => client.subscribe(
        destination, ({headers, body}) => arrived(inbox, {headers, body}), {...headers, receipt}));
}

function sendTo(destination, body, headers) {
    return answered((receipt) => client.publish({destination, body, headers: {...headers, receipt}}));
}

function answered(send) {
    return new Promise((resolve) => {
        const receipt = crypto.randomUUID();
        client.watchForReceipt(receipt, (frame) => resolve(frame.headers));
        send(receipt);
    });
}
