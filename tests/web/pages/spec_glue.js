// What the specification's code calls or leaves out: parameters, a real conversation's id, JSON.parse of
// the body, the application's own functions. Those note what they were called with in `shown`.
const {token, userId, deviceId, conversationId} = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const shown = [];
const receipts = [];
const refused = [];
const replies = [];

const over = Stomp.over;
Stomp.over = (socket) => {
    const client = over.call(Stomp, socket);
    const subscribe = client.subscribe;
    let count = 0;
    // A receipt for each, so that the test knows when it may begin.
    client.subscribe = (destination, handle) =>
        subscribe.call(client, destination.replace('{conversationId}', conversationId),
                       (frame) => handle(JSON.parse(frame.body), frame), {id: `sub-${count}`, receipt: `sub-${count++}`});
    client.onreceipt = (frame) => receipts.push(frame.headers['receipt-id']);
    client.debug = null;
    return client;
};

function subscribeToTheRest() {
    stompClient.subscribe('/topic/business.**', handleNatsEvent);
    stompClient.subscribe('/user/queue/auth', (reply) => replies.push(reply));
    stompClient.subscribe('/user/queue/errors', (error, frame) => refused.push(frame.headers.code));
}

const noted = (name) => (value) => { shown.push({name, value}); };
const displayTextMessage = noted('displayTextMessage');
const showNotification = noted('showNotification');
const updateUserOnlineStatus = (user, online) => { shown.push({name: 'updateUserOnlineStatus', value: {user, online}}); };
const showUserStatusNotification = noted('showUserStatusNotification');
const handleEditMessage = noted('handleEditMessage');
const handleRecallMessage = noted('handleRecallMessage');
const updateMessageDisplay = noted('updateMessageDisplay');
const showMessageRecallNotification = noted('showMessageRecallNotification');
const handleUserLogout = noted('handleUserLogout');
const handleConversationCreated = noted('handleConversationCreated');
const handleUserStatusChange = noted('handleUserStatusChange');
const handleMessageStatusChange = noted('handleMessageStatusChange');
const handleAlert = noted('handleAlert');
const handleMaintenance = noted('handleMaintenance');
const handlePrivateMessage = (message) => handleChatMessage(message);
const handleGroupMessage = (message) => handleChatMessage(message);
const generateClientMsgId = () => crypto.randomUUID();
const getDeviceId = () => deviceId;
