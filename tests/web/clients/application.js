// What applications write around a library that connects once: connect again after a while, and subscribe to
// everything anew.
const AGAIN_AFTER = 100;

// Of a client of one library, `line` is what it talks through, `on` what it tells:
//   connected(headers), lost(), receipt(headers), refused(headers)
export class Application {
  #followed = [];
  #ended = false;

  constructor({libraries, line, headers, heartbeat, on, options = {}}) {
    Object.assign(this, {libraries, line, headers, heartbeat, on, options});
  }

  begin() {
    this.connect({
      connected: (headers) => {
        this.on.connected(headers);
        for (const one of this.#followed) this.#subscribe(one);
      },
      lost: () => {
        if (this.#ended) return;
        this.on.lost();
        setTimeout(() => { if (!this.#ended) this.begin(); }, AGAIN_AFTER);
      },
    });
  }

  // Subscribes now, and again whenever there is a new connection; `headers()` is asked each time.
  follow(destination, headers, arrived) {
    this.#followed.push({destination, headers, arrived});
    this.#subscribe(this.#followed.at(-1));
  }

  end() {
    this.#ended = true;
    return this.disconnect();
  }

  abandon() {
    this.#ended = true;
    this.line.socket?.close();
  }

  #subscribe({destination, headers, arrived}) { this.subscribe(destination, {...headers()}, arrived); }
}
