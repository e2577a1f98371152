// The page: who is at the desk (the address's #alice or #bob), what is shown, what is sent.
import {Connection, ROOM} from './connection.js';

const NAMES = {alice: 'Alice', bob: 'Bob'};
const KEPT = 200;  // messages of each talk that a reload shows again
const $ = (id) => document.getElementById(id);

let connectedAt = 0;
let firstConnect = true;

// What was said, as this window's user knows it. Kept in the browser, so that a reload shows it again and
// only what is new has to come from the broker; what comes twice is shown once.
class Talk {
  constructor(list, user, name) {
    this.list = list;
    this.user = user;
    this.key = `causeway-talk-${user}-${name}`;
    this.messages = JSON.parse(localStorage.getItem(this.key) || '[]');
    this.ids = new Set(this.messages.map((message) => message.id));
    list.replaceChildren(...this.messages.map((message) => this.line(message)));
    list.scrollTop = list.scrollHeight;
  }

  add(message) {
    if (this.ids.has(message.id)) return;
    this.ids.add(message.id);
    this.messages = [...this.messages, message].slice(-KEPT);
    localStorage.setItem(this.key, JSON.stringify(this.messages));
    this.list.append(this.line(message));
    this.list.scrollTop = this.list.scrollHeight;
  }

  line({sender, text, time, missed}) {
    const item = document.createElement('li');
    const mine = sender === this.user;
    item.classList.toggle('mine', mine);
    item.classList.toggle('missed', Boolean(missed));
    item.append(element('p', text), element('small', `${mine ? 'you' : NAMES[sender] || sender}, ${clock(time)}`));
    return item;
  }
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
}

function fromEnvelope(message) {
  const missed = !firstConnect && message.timestamp < connectedAt;
  return {
    id: message.messageId, sender: message.senderId, time: message.timestamp, missed,
    text: JSON.parse(message.chat.content).content,
  };
}

function showState(name, user) {
  const words = {online: `${NAMES[user]} is online`, offline: `${NAMES[user]} is offline`, connecting: 'connecting…'};
  $('state').textContent = words[name];
  $('state').dataset.state = name;
  $('switch').textContent = name === 'offline' ? 'Come back' : 'Go offline';
  for (const control of document.querySelectorAll('form button, form input')) control.disabled = name !== 'online';
  if (name === 'connecting') connectedAt = Date.now();
  if (name === 'online') {
    $('fault').hidden = true;
    firstConnect = false;
    localStorage.setItem(`causeway-been-${user}`, 'yes');
  }
}

function showFault(text) {
  $('fault').textContent = text;
  $('fault').hidden = false;
}

function showEvent(message) {
  const {eventType, ...rest} = JSON.parse(message.event.content);
  const item = document.createElement('li');
  item.append(element('time', clock(message.timestamp)), element('b', eventType), element('span', JSON.stringify(rest)));
  $('events').append(item);
  while ($('events').childElementCount > KEPT) $('events').firstElementChild.remove();
  $('events').scrollTop = $('events').scrollHeight;
}

function deviceOf(user) {
  const key = `causeway-device-${user}`;
  if (!localStorage.getItem(key)) localStorage.setItem(key, crypto.randomUUID());
  return localStorage.getItem(key);
}

async function tokenOf(user) {
  const answer = await fetch('tokens.json', {cache: 'no-store'});
  if (!answer.ok) throw new Error('There is no tokens.json beside this page: start the demo with tools/run.');
  return (await answer.json())[user];
}

async function sitDown(user) {
  const peer = user === 'alice' ? 'bob' : 'alice';
  document.title = `${NAMES[user]} · Causeway demo`;
  $('peer').textContent = NAMES[peer];
  firstConnect = !localStorage.getItem(`causeway-been-${user}`);
  const room = new Talk($('room'), user, ROOM);
  const direct = new Talk($('direct'), user, peer);
  $('door').hidden = true;
  for (const id of ['desk', 'switch', 'leave']) $(id).hidden = false;

  const connection = new Connection({
    user, peer, token: await tokenOf(user), deviceId: deviceOf(user),
    on: {
      state: (name) => showState(name, user),
      room: (message) => room.add(fromEnvelope(message)),
      direct: (message) => direct.add(fromEnvelope(message)),
      event: showEvent,
      error: showFault,
    },
  });
  $('switch').onclick = () => (connection.wantsToBeOnline ? connection.goOffline() : connection.goOnline());
  onSend('room', (text) => connection.sendToRoom(text));
  // A user queue does not bring back what this window sent, so its RECEIPT has to do.
  onSend('direct', async (text) => {
    const receipt = await connection.sendToPeer(text);
    direct.add({id: receipt['message-id'], sender: user, text, time: Number(receipt.timestamp)});
  });
  connection.goOnline();
}

function onSend(name, send) {
  $(`${name}-form`).onsubmit = async (event) => {
    event.preventDefault();
    const input = $(`${name}-text`);
    const text = input.value;
    input.value = '';
    try {
      await send(text);
    } catch (error) {
      showFault(error.message);
      input.value = text;
    }
  };
}

async function arrive() {
  const user = location.hash.slice(1);
  if (!(user in NAMES)) return;
  try {
    await sitDown(user);
  } catch (error) {
    showFault(error.message);
  }
}

// Another name in the address is another person: begin anew.
window.addEventListener('hashchange', () => location.reload());
arrive();
