import { BroadcastChannel as Channel } from 'node:worker_threads';

interface Asked {
  readonly tab: Tab;
  begin(): void;
}

/** What the tabs of one browser share that happy-dom and older Nodes lack: exclusive Web Locks, and BroadcastChannels. */
export class Browser {
  /** By name: who holds it first, then who waits. */
  readonly #locks = new Map<string, Asked[]>();

  openTab(): Tab {
    return new Tab(this);
  }

  ask(name: string, asked: Asked): void {
    const queue = this.#locks.get(name) ?? [];
    this.#locks.set(name, queue);
    if (queue.push(asked) === 1) asked.begin();
  }

  release(name: string, asked: Asked): void {
    const queue = this.#locks.get(name) ?? [];
    const index = queue.indexOf(asked);
    if (index >= 0) queue.splice(index, 1);
    if (index === 0) queue[0]?.begin();
  }

  /** As a browser does when a tab is closed. */
  releaseAll(tab: Tab): void {
    for (const [name, queue] of this.#locks) {
      for (const asked of queue.filter((one) => one.tab === tab).reverse()) this.release(name, asked);
    }
  }
}

export class Tab {
  readonly #browser: Browser;
  readonly #channels: Channel[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** For its `navigator`. */
  readonly locks = {
    request: (name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<unknown>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        let began = false;
        const asked: Asked = {
          tab: this,
          begin: () => {
            began = true;
            void hold().then((value) => {
              this.#browser.release(name, asked);
              resolve(value);
            }, reject);
          },
        };
        signal.addEventListener('abort', () => {
          if (began) return;
          this.#browser.release(name, asked);
          reject(signal.reason);
        });
        this.#browser.ask(name, asked);
      }),
  };

  /** For its `window`. */
  get BroadcastChannel() {
    const channels = this.#channels;
    return class extends Channel {
      constructor(name: string) {
        super(name);
        channels.push(this);
      }
    };
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
    this.#browser.releaseAll(this);
  }
}
