// The client code of the requirements (the IM document's sections 2 to 8), word for word: it must run as it
// stands. What it leaves out is in spec_glue.js.

// 2.2
// 使用SockJS + STOMP
const socket = new SockJS('/ws');
const stompClient = Stomp.over(socket);

// 连接参数
const connectHeaders = {
    'Authorization': 'Bearer ' + token,
    'userId': userId,
    'deviceId': deviceId,
    'clientType': 'web'
};

// 建立连接
stompClient.connect(connectHeaders, 
    function(frame) {
        console.log('连接成功:', frame);
        subscribeToTopics();
    },
    function(error) {
        console.error('连接失败:', error);
    }
);

// 2.3
function subscribeToTopics() {
    // 订阅个人消息队列
    stompClient.subscribe('/user/queue/private-messages', handlePrivateMessage);
    
    // 订阅群组消息主题
    stompClient.subscribe('/topic/conversation/{conversationId}', handleGroupMessage);
    
    // 订阅系统通知
    stompClient.subscribe('/topic/system/notifications', handleSystemNotification);
    
    // 订阅用户状态变更
    stompClient.subscribe('/user/queue/user-status', handleUserStatusChange);
    
    // 订阅消息状态变更
    stompClient.subscribe('/user/queue/message-status', handleMessageStatusChange);
}

// 3.2
const MessageType = {
    // 聊天消息类型 (0-19)
    CHAT_TEXT: 0,           // 文本消息
    CHAT_IMAGE: 1,          // 图片消息
    CHAT_FILE: 2,           // 文件消息
    CHAT_VOICE: 3,          // 语音消息
    CHAT_VIDEO: 4,          // 视频消息
    CHAT_LOCATION: 5,       // 位置消息
    CHAT_CARD: 6,           // 名片消息
    
    // 聊天特殊类型 (10-19)
    CHAT_EDIT: 10,          // 编辑消息
    CHAT_QUOTE: 11,         // 引用消息
    CHAT_FORWARD: 12,       // 转发消息
    CHAT_RECALL: 13,        // 撤回消息
    
    // 通知消息类型 (20-29)
    NOTIFICATION_ANNOUNCEMENT: 20,  // 公告通知
    NOTIFICATION_ALERT: 21,         // 提醒通知
    NOTIFICATION_PROMOTION: 22,     // 推广通知
    NOTIFICATION_MAINTENANCE: 23,   // 维护通知
    
    // 系统消息类型 (30-39)
    SYSTEM_CONNECT: 30,     // 连接建立
    SYSTEM_DISCONNECT: 31,  // 连接断开
    SYSTEM_HEARTBEAT: 32,   // 心跳消息
    SYSTEM_AUTH: 33,        // 认证消息
    SYSTEM_STATUS: 34,      // 状态更新
    
    // 事件消息类型 (40-49)
    EVENT_USER_STATUS_CHANGE: 40,   // 用户状态变更
    EVENT_GROUP_UPDATE: 41,         // 群组更新
    EVENT_MESSAGE_STATUS_CHANGE: 42, // 消息状态变更
    EVENT_SYSTEM_CONFIG_CHANGE: 43  // 系统配置变更
};

// 4.1
function handleChatMessage(message) {
    const { type, senderId, conversationId, chat, timestamp } = message;
    
    switch (type) {
        case MessageType.CHAT_TEXT:
            handleTextMessage(message);
            break;
        case MessageType.CHAT_IMAGE:
            handleImageMessage(message);
            break;
        case MessageType.CHAT_FILE:
            handleFileMessage(message);
            break;
        case MessageType.CHAT_EDIT:
            handleEditMessage(message);
            break;
        case MessageType.CHAT_QUOTE:
            handleQuoteMessage(message);
            break;
        case MessageType.CHAT_FORWARD:
            handleForwardMessage(message);
            break;
        case MessageType.CHAT_RECALL:
            handleRecallMessage(message);
            break;
        default:
            console.warn('未知消息类型:', type);
    }
}

function handleTextMessage(message) {
    const { senderId, conversationId, chat, timestamp } = message;
    const content = JSON.parse(chat.content);
    
    // 显示文本消息
    displayTextMessage({
        senderId,
        conversationId,
        content: content.content,
        timestamp,
        messageId: message.messageId
    });
}

// 5.1
function handleSystemNotification(message) {
    const { type, notification, timestamp } = message;
    
    switch (type) {
        case MessageType.NOTIFICATION_ANNOUNCEMENT:
            handleAnnouncement(message);
            break;
        case MessageType.NOTIFICATION_ALERT:
            handleAlert(message);
            break;
        case MessageType.NOTIFICATION_MAINTENANCE:
            handleMaintenance(message);
            break;
        default:
            console.warn('未知通知类型:', type);
    }
}

function handleAnnouncement(message) {
    const { notification, timestamp } = message;
    const content = JSON.parse(notification.content);
    
    // 显示公告通知
    showNotification({
        type: 'announcement',
        title: content.title,
        content: content.content,
        priority: content.priority,
        timestamp
    });
}

// 7.2
function handleNatsEvent(message) {
    const { type, event, timestamp } = message;
    const eventData = JSON.parse(event.content);
    
    switch (eventData.eventType) {
        case 'business.user.login':
            handleUserLogin(eventData);
            break;
        case 'business.user.logout':
            handleUserLogout(eventData);
            break;
        case 'business.conversation.created':
            handleConversationCreated(eventData);
            break;
        case 'communication.message.recalled':
            handleMessageRecalled(eventData);
            break;
        default:
            console.warn('未知NATS事件类型:', eventData.eventType);
    }
}

function handleUserLogin(eventData) {
    const { userId, deviceId, loginTime, ipAddress } = eventData;
    
    // 更新用户在线状态
    updateUserOnlineStatus(userId, true);
    
    // 显示登录通知
    showUserStatusNotification({
        userId,
        status: 'online',
        message: '用户已上线',
        timestamp: loginTime
    });
}

function handleMessageRecalled(eventData) {
    const { messageId, conversationId, operatorId, reason } = eventData;
    
    // 更新消息显示状态
    updateMessageDisplay(messageId, {
        status: 'recalled',
        recalledBy: operatorId,
        recallReason: reason
    });
    
    // 显示撤回通知
    showMessageRecallNotification({
        messageId,
        reason,
        timestamp: Date.now()
    });
}

// 8.1
function sendChatMessage(conversationId, content, msgType = MessageType.CHAT_TEXT) {
    const message = {
        destination: '/app/chat',
        body: {
            conversationId: conversationId,
            content: content,
            msgType: msgType,
            clientMsgId: generateClientMsgId(),
            timestamp: Date.now()
        }
    };
    
    stompClient.send('/app/chat', {}, JSON.stringify(message.body));
}

function sendPrivateMessage(receiverId, content) {
    const message = {
        destination: '/app/private-message',
        body: {
            receiverId: receiverId,
            content: content,
            clientMsgId: generateClientMsgId(),
            timestamp: Date.now()
        }
    };
    
    stompClient.send('/app/private-message', {}, JSON.stringify(message.body));
}

// 8.2
// 编辑消息
function editMessage(messageId, newContent) {
    const message = {
        destination: '/app/edit-message',
        body: {
            messageId: messageId,
            newContent: newContent,
            editReason: '用户编辑',
            timestamp: Date.now()
        }
    };
    
    stompClient.send('/app/edit-message', {}, JSON.stringify(message.body));
}

// 撤回消息
function recallMessage(messageId, reason = '用户撤回') {
    const message = {
        destination: '/app/delete-message',
        body: {
            messageId: messageId,
            deleteScope: 0, // 0-仅我，1-所有人
            deleteReason: reason,
            timestamp: Date.now()
        }
    };
    
    stompClient.send('/app/delete-message', {}, JSON.stringify(message.body));
}

// 置顶消息
function pinMessage(messageId, pinScope = 0) {
    const message = {
        destination: '/app/pin-message',
        body: {
            messageId: messageId,
            pinScope: pinScope, // 0-仅我，1-所有人
            timestamp: Date.now()
        }
    };
    
    stompClient.send('/app/pin-message', {}, JSON.stringify(message.body));
}

// 8.3
// 发送心跳
function sendHeartbeat() {
    const message = {
        destination: '/app/heartbeat',
        body: {
            timestamp: Date.now(),
            deviceId: getDeviceId()
        }
    };
    
    stompClient.send('/app/heartbeat', {}, JSON.stringify(message.body));
}

// 发送认证消息
function sendAuthMessage(token) {
    const message = {
        destination: '/app/auth',
        body: {
            token: token,
            timestamp: Date.now()
        }
    };
    
    stompClient.send('/app/auth', {}, JSON.stringify(message.body));
}
