// The real programs for a test: nats-server, the broker, Chromium. Every wait is for something that must
// happen, and has a deadline. Servers listen on 127.0.0.1 with free ports and die with the test.
import {execFileSync, spawn} from 'node:child_process';
import {createHmac, randomBytes} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {after} from 'node:test';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

export const DEADLINE = 30_000;
const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');
const bin = process.env.CAUSEWAY_BIN || join(root, 'build/dev/bin');
export const noBrowser = process.env.CAUSEWAY_NO_BROWSER ? 'no Chromium here' : false;

// Rejects, saying what was waited for, when `promise` takes too long.
export function inTime(promise, what, limit = DEADLINE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limit} ms: ${what}`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class Program {
  constructor(command, args) {
    this.lines = [];
    this.child = spawn(command, args, {stdio: ['ignore', 'ignore', 'pipe']});
    this.ended = new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.once('error', (error) => { this.lines.push(error.message); resolve(); });
    });
    this.reader = createInterface({input: this.child.stderr});
    this.reader.on('line', (line) => this.lines.push(line));
  }

  // The match of `pattern` in a line of stderr.
  async says(pattern) {
    const found = new Promise((resolve) => {
      this.reader.on('line', (line) => { const match = line.match(pattern); if (match) resolve(match); });
    });
    const gone = this.ended.then(() => Promise.reject(new Error(`${this.child.spawnfile} ended`)));
    gone.catch(() => {});
    try {
      return await inTime(Promise.race([found, gone]), `a line like ${pattern}`);
    } catch (error) {
      throw new Error(`${error.message}; it said:\n${this.lines.slice(-20).join('\n')}`);
    }
  }

  async end(signal) {
    this.child.kill(signal);
    await inTime(this.ended, `${this.child.spawnfile} to end after ${signal}`);
  }
}

export class Nats {
  async start() {
    this.program = new Program('nats-server', ['-a', '127.0.0.1', '-p', '-1']);
    const [, port] = await this.program.says(/client connections on 127\.0\.0\.1:(\d+)/);
    this.port = Number(port);
    this.url = `nats://127.0.0.1:${port}`;
    return this;
  }

  // Resolves when the server has taken it.
  async publish(subject, payload) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const socket = connect(this.port, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.write(`CONNECT {"verbose":false,"pedantic":false}\r\nPUB ${subject} ${Buffer.byteLength(text)}\r\n${text}\r\nPING\r\n`);
    const pong = (async () => { for await (const chunk of socket) if (chunk.includes('PONG')) return; throw new Error('NATS hung up'); })();
    await inTime(pong, 'PONG from nats-server').finally(() => socket.destroy());
  }

  stop() { return this.program.end('SIGTERM'); }
}

let made;
// One for all brokers of this process, signed by itself; `pem` is what a client has to trust.
export function certificate() {
  if (made) return made;
  const directory = mkdtempSync(join(tmpdir(), 'causeway-web-tls-'));
  process.once('exit', () => rmSync(directory, {recursive: true, force: true}));
  const [file, key] = ['certificate.pem', 'key.pem'].map((name) => join(directory, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                           '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
                           '-keyout', key, '-out', file], {stdio: 'ignore'});
  made = {file, key, pem: readFileSync(file, 'utf8')};
  return made;
}

const CONFIG = `
[[permissions]]
effect = "allow"
action = "subscribe"
destination = "/topic/business.**"
who = "users"

[[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = "/topic/open/**"
who = "users"
`;

export class Broker {
  // Files given by name -> path are served to browsers beside the broker's own endpoints.
  // With `tls` it listens for encrypted connections too, under `certificate()`.
  constructor({nats, files = {}, settings = {}, tls = false}) {
    this.directory = mkdtempSync(join(tmpdir(), 'causeway-web-'));
    this.www = join(this.directory, 'www');
    this.nats = nats;
    this.settings = {...settings};
    this.address = '127.0.0.1:0';
    this.secret = randomBytes(32).toString('hex');
    writeFileSync(join(this.directory, 'secret'), this.secret, {mode: 0o600});
    writeFileSync(join(this.directory, 'causeway.toml'), CONFIG);
    mkdirSync(this.www);
    for (const [name, path] of Object.entries(files)) cpSync(path, join(this.www, name));
    if (!tls) return;
    this.tlsAddress = '127.0.0.1:0';
    Object.assign(this.settings, {'tls.certificate_files': certificate().file, 'tls.key_files': certificate().key});
  }

  async start() {
    const settings = {
      'listen.public': this.address, 'listen.admin': '127.0.0.1:0', 'storage.path': join(this.directory, 'data'),
      'auth.jwt.secret_file': join(this.directory, 'secret'), 'http.static_dir': this.www, 'storage.min_free': '0',
      ...(this.nats ? {'nats.url': this.nats.url} : {}), ...(this.tlsAddress ? {'listen.tls': this.tlsAddress} : {}),
      ...this.settings,
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    this.program = new Program(join(bin, 'causeway'), ['--config', join(this.directory, 'causeway.toml'), ...args]);
    const [, address, tlsAddress] = await this.program.says(/listening public=(\S+)(?: tls=(\S+))? admin=/);
    Object.assign(this, {address, tlsAddress});  // where it comes back after a restart
    this.url = `http://${address}`;
    this.secureUrl = `https://${tlsAddress}`;
    this.ws = `ws://${address}/ws`;
    return this;
  }

  async killAndRestart() {
    await this.program.end('SIGKILL');
    await this.start();
  }

  token(sub, claims = {}) {
    const now = Math.floor(Date.now() / 1000);
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({alg: 'HS256', typ: 'JWT'})}.${part({sub, name: sub, iat: now, exp: now + 3600, ...claims})}`;
    return `${text}.${createHmac('sha256', this.secret).update(text).digest('base64url')}`;
  }

  async stop() {
    if (this.program?.child.exitCode === null) await this.program.end('SIGTERM');
    rmSync(this.directory, {recursive: true, force: true});
  }
}

let browser;
// One for all tests of this process.
export function startBrowser() {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  browser ??= chromium.launch({executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'], timeout: 2 * DEADLINE});
  return browser;
}
after(async () => { await (await browser)?.close(); });

// A page of the broker, in storage of its own. What goes wrong in it is in `faults`.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  await page.goto(url);
  return {page, context, faults};
}

export const module_file = (path) => join(here, 'node_modules', path);
export const page_file = (name) => join(here, 'pages', name);
export const unique = (name) => `${name}-${randomBytes(4).toString('hex')}`;

