// The network between one device and the broker: a TCP proxy that can be cut, fall silent and be mended.
import {connect, createServer} from 'node:net';
import {once} from 'node:events';

export class Network {
  #links = new Set();
  #state = 'up';
  connections = 0;  // that came through so far

  async start(address) {
    const [host, port] = [address.slice(0, address.lastIndexOf(':')), Number(address.slice(address.lastIndexOf(':') + 1))];
    this.server = createServer((near) => this.#link(near, host, port));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.host = `127.0.0.1:${this.server.address().port}`;
    return this;
  }

  // Connections break at once, with whatever is on its way, and new ones are refused.
  cut() {
    this.#state = 'cut';
    for (const link of this.#links) for (const end of link.ends) end.destroy();
  }

  // Nothing comes through, and nobody is told. Connections of that time stay dead when it is over.
  fallSilent() {
    this.#state = 'silent';
    for (const link of this.#links) link.dead = true;
  }

  mend() { this.#state = 'up'; }

  async stop() {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  #link(near, host, port) {
    near.on('error', () => {});
    if (this.#state === 'cut') return near.destroy();
    const link = {dead: this.#state === 'silent', ends: [near]};
    this.#links.add(link);
    if (link.dead) return near.resume();
    ++this.connections;
    const far = connect(port, host);
    far.on('error', () => near.destroy());
    link.ends.push(far);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.setNoDelay(true);
      from.on('data', (octets) => { if (!link.dead) to.write(octets); });
      from.on('close', () => { if (!link.dead) to.destroy(); });
    }
  }
}
