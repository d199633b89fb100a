import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { AttackJob, Loot } from './attack.js';
import { AGENT, ATTACKER, authorization } from './people.js';

export interface Shot {
  method?: 'GET' | 'POST';
  path: string;
  /** The customer's token by default. */
  as?: 'agent' | 'nobody';
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** What attacks are made of. Nothing of it rejects: what comes back is counted. */
export class Attacker {
  /** How many attacks of the run came before this one. */
  readonly number: number;
  readonly short: boolean;
  readonly seconds: number;
  readonly loot: Loot = { answers: {}, largest: { received: 0, sent: 0 }, longestMs: 0 };
  readonly #time: AbortSignal;
  readonly #job: AttackJob;
  readonly #agent: Agent;

  constructor(job: AttackJob) {
    this.#job = job;
    this.number = job.number;
    this.short = job.short;
    this.seconds = job.seconds;
    this.#agent = new Agent({ keepAlive: true });
    this.#time = AbortSignal.timeout(job.seconds * 1000);
    setTimeout(() => this.#agent.destroy(), (job.seconds + job.graceSeconds) * 1000).unref();
  }

  /** Whether the time is up. */
  get isOver(): boolean {
    return this.#time.aborted;
  }

  /** Resolves when the time is up. */
  async untilTheEnd(): Promise<void> {
    await this.wait(this.seconds * 1000);
  }

  /** Resolves after this, or when the time is up. */
  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#time }).catch(() => {});
  }

  /** One request, up to the end of its answer. */
  async send(shot: Shot): Promise<void> {
    if (this.isOver) return;
    const started = performance.now();
    const { status, received } = await this.#exchange(shot);
    this.#count(status);
    this.loot.longestMs = Math.max(this.loot.longestMs, performance.now() - started);
    if (received > this.loot.largest.received) {
      this.loot.largest = { received, sent: shot.path.length + (shot.body?.length ?? 0) };
    }
  }

  /** Requests one after another on each of so many connections, until `most` were sent or the time is up. */
  async loop(connections: number, shot: Shot, most = Number.POSITIVE_INFINITY): Promise<void> {
    let sent = 0;
    const one = async () => {
      while (!this.isOver && sent < most) {
        sent += 1;
        await this.send(shot);
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
  }

  /** Work at a steady rate, `most` times and as long as there is time; not while as many are under way as may be. */
  async atRate(perSecond: number, { most = 1e6, atOnce = 40 }, work: (n: number) => Promise<void>): Promise<void> {
    const started = performance.now();
    const pending = new Set<Promise<void>>();
    for (let n = 0; n < most; n += 1) {
      const early = started + (n * 1000) / perSecond - performance.now();
      if (early >= 1) await this.wait(early);
      else await setImmediate();
      if (this.isOver) break;
      if (pending.size >= atOnce) continue;
      const one = work(n).finally(() => pending.delete(one));
      pending.add(one);
    }
    await Promise.all(pending);
  }

  /** An open connection to write on by hand, or undefined where there is none to be had. It ends with the process. */
  async connect(): Promise<Socket | undefined> {
    const { hostname, port } = new URL(this.#job.url);
    const { localAddress } = this.#job;
    const socket = connect({ host: hostname, port: Number(port), localAddress, allowHalfOpen: true });
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.on('error', () => {});
      socket.once('close', () => resolve(false));
    });
    if (!open) this.#count('none');
    return open ? socket : undefined;
  }

  /** Of the customer, for what is written by hand. */
  get authorization(): string {
    return authorization(ATTACKER);
  }

  #exchange({ method = 'GET', path, as, headers, body }: Shot): Promise<{ status: string; received: number }> {
    const { url, localAddress } = this.#job;
    const token = as === 'agent' ? authorization(AGENT_WHO_ATTACKS, 'agent') : this.authorization;
    const all = {
      ...(as !== 'nobody' && { authorization: token }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    };
    return new Promise((resolve) => {
      let received = 0;
      const none = () => resolve({ status: 'none', received });
      const options = { method, headers: all, agent: this.#agent, localAddress };
      const sent = httpRequest(url + path, options, (response) => {
        response.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        response.on('end', () => resolve({ status: String(response.statusCode), received }));
        response.on('error', none);
      });
      sent.on('error', none);
      sent.end(body);
    });
  }

  #count(status: string): void {
    this.loot.answers[status] = (this.loot.answers[status] ?? 0) + 1;
  }
}

/** Not the one who lists the queue meanwhile. */
const AGENT_WHO_ATTACKS = `${AGENT}_and_attacks`;
