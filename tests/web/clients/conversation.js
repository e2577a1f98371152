// The conversation every client must pass, whatever its library and whatever carries it: what is said comes
// back in order, letters and octets as they were; receipts come; heart-beats go both ways; and when the broker
// is killed and started again the client is back, and misses nothing that was receipted.
// Runs in node and in a browser; what only node can do is asked of the stage.
import {Talk} from './talk.js';

const MESSAGES = 200;   // there and back
const BEATS = 2;        // each way, on one connection
const SELDOM = 5_000;   // ms between heart-beats where nobody counts them; a dead stream that says nothing is noticed so
const LETTERS = ['"quoted" \\ <b>&amp;</b>', 'é 世界', '👋🏽 𝒳', '\u2028\u2029', '\ufeff\u200d\u202e\uffff', '%41 %',
                 'a: b\r\n\n\t', '\u0001\u0085 '];
const text = (i) => `${i} ${LETTERS[i % LETTERS.length]}`;
const LONG = 100_000;   // octets: more than libraries put into one WebSocket message
// All octets but the one that ends a frame, which old libraries look for in bodies too; no text.
const OCTETS = Uint8Array.from({length: 255}, (_, i) => 255 - i);

// stage: {client, libraries, place: {url, carrier, secured}, headers, name, beat, limit}: the class of the client and
// how it gets in; `beat` is the heart-beat the broker offers, `limit` how long all may take, in ms. And, in node:
//   restarts(): kills the broker and starts it where it was; publishes(destination, octets); at(step)
export async function converse(stage) {
  const [talk, beating] = [new Talk(stage, SELDOM), new Talk(stage, stage.beat)];
  const late = setTimeout(() => {
    for (const one of [talk, beating]) one.fails(new Error(`not within ${stage.limit} ms`));
  }, stage.limit);
  try {
    await Promise.all([talks(talk, stage), beats(beating)]);
    await stage.at('leaving');
    await talk.ends();
  } catch (error) {
    for (const one of [talk, beating]) one.abandons(error);
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function talks(talk, stage) {
  await stage.at('connecting');
  const greeting = await talk.begins();
  expect(greeting['user-name'] === 'alice' && greeting.session && greeting['heart-beat'], 'CONNECTED', greeting);
  expect(talk.line.taken === stage.place.carrier, 'carrier', talk.line.taken);
  const place = `/topic/open/${stage.name}`;
  const echo = talk.follows(place);
  await echo.receipted;
  for (const [step, what] of Object.entries({echoes, headers, longBodies, octets, survives})) {
    await stage.at(step);
    await what(talk, echo, stage);
  }
  await stage.at('heart-beats');
}

async function echoes(talk, echo) {
  const sent = Array.from({length: MESSAGES}, (_, i) => text(i));
  const receipts = sent.map((body) => talk.sends(echo.destination, body));
  await echo.until((messages) => messages.length >= MESSAGES);
  const bodies = echo.take().map((message) => message.text);
  const wrong = bodies.findIndex((body, i) => body !== sent[i]);
  expect(wrong < 0 && bodies.length === MESSAGES, `message ${wrong}`, bodies[wrong] ?? bodies.length);
  for (const receipt of await Promise.all(receipts)) expect(receipt['message-id'], 'a RECEIPT', receipt);
}

async function headers(talk, echo) {
  const value = talk.client.constructor.escapes ? 'é 世界 👋: \\ \n \u2028.' : 'é 世界 👋';
  await talk.sends(echo.destination, 'with a header', {'x-note': value, 'content-type': 'text/plain;charset=utf-8'});
  await echo.until((messages) => messages.length === 1);
  const [message] = echo.take();
  const wanted = {'x-note': value, 'content-type': 'text/plain;charset=utf-8', 'sender-id': 'alice', destination: echo.destination};
  for (const name of Object.keys(wanted))
    expect(message.headers[name] === wanted[name], name, message.headers[name]);
}

// Libraries cut them, old ones between any two UTF-16 units: of these two bodies one is cut within a pair.
async function longBodies(talk, echo) {
  const splits = talk.client.constructor.cutsPairs && !talk.line.isSockJS;
  const letter = splits ? '世' : '👋';
  const bodies = ['', 'x'].map((odd) => odd + letter.repeat(LONG / (splits ? 3 : 4)));
  for (const body of bodies) await talk.sends(echo.destination, body);
  await echo.until((messages) => messages.length === bodies.length);
  echo.take().forEach((message, i) => expect(message.text === bodies[i], `long body ${i}`, message.text.length));
}

// What is no text comes as octets to who can take them, and as base64 over SockJS.
async function octets(talk, echo, stage) {
  const {binary} = talk.client.constructor;
  const inText = talk.line.isSockJS;
  if (!inText && binary === 'none') return;
  if (!inText && binary === 'bytes') await talk.sends(echo.destination, Uint8Array.of(...OCTETS, 0, 255));
  else await stage.publishes(echo.destination, [...OCTETS]);
  await echo.until((messages) => messages.length === 1);
  const [message] = echo.take();
  expect(message.headers['content-transfer-encoding'] === (inText ? 'base64' : undefined), 'encoding', message.headers);
  const came = inText ? Uint8Array.from(atob(message.text), (letter) => letter.charCodeAt(0)) : message.bytes;
  const wanted = !inText && binary === 'bytes' ? [...OCTETS, 0, 255] : [...OCTETS];
  expect(String([...came]) === String(wanted), 'octets', [...came]);
}

// The broker is killed while messages are on their way to a stored conversation. What was not receipted is sent
// again under its id, the log is gone on with where it was: every message is there once, in order.
async function survives(talk, echo, stage) {
  await talk.commands('/app/conversations/create', {conversationId: stage.name});
  const log = talk.follows(`/topic/conversation/${stage.name}`, {resumes: true});
  await log.receipted;
  const sent = [];
  const says = () => {
    sent.push(text(sent.length));
    return talk.commands('/app/chat', {conversationId: stage.name, content: sent.at(-1), clientMsgId: `${stage.name}-${sent.length}`});
  };
  const severalAtOnce = () => Promise.all([says(), says(), says(), says()]);

  await severalAtOnce();
  const restarted = stage.restarts();
  while (talk.connections < 2) await severalAtOnce();
  await restarted;
  const receipts = await severalAtOnce();
  expect(receipts.every(({stored, sequence}) => stored === 'true' && sequence > 0), 'receipts', receipts);
  await log.until((messages) => messages.length >= sent.length);
  const seen = log.take().map((message) => JSON.parse(JSON.parse(message.text).chat.content).content);
  expect(JSON.stringify(seen) === JSON.stringify(sent), `${sent.length} stored messages`, seen);
  expect(log.recovered === 'true', 'recovered', log.recovered);

  await echo.receipted;
  await talk.sends(echo.destination, 'and on');
  await echo.until((messages) => messages.length === 1);
  expect(echo.take()[0].text === 'and on', 'the last message', undefined);
}

// Heart-beats of the broker and of the library, as they pass the socket. Where a busy machine makes the library
// give up, it connects again, and counting begins anew.
async function beats(talk) {
  const both = new Promise((resolve) => {
    talk.line.beats.changed = () => { if (talk.line.beats.in >= BEATS && talk.line.beats.out >= BEATS) resolve(); };
  });
  await talk.begins();
  await Promise.race([both, talk.failed]);
  await talk.ends();
}

function expect(good, what, found) {
  if (!good) throw new Error(`${what}: ${JSON.stringify(found)}`);
}
