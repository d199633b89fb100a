import { Agent, request as httpRequest } from 'node:http';
import { createSigner } from 'fast-jwt';
import type { Operation, Request } from './scale-operations.js';
import { SECRET } from './server.js';

/** Requests that wait for a connection: with more, the times say how overloaded the machine is, and nothing else. */
const MAX_LATE = 500;

/** One of the servers that take turns. */
export interface Target {
  name: string;
  url: string;
  operations: Operation[];
}

export interface SteadyLoad {
  /** Requests a second, over all targets. */
  rate: number;
  connections: number;
  seconds: number;
  progress(secondsLeft: number): void;
}

/** Milliseconds of each answer, by target and operation. */
export type Times = Map<string, Map<string, number[]>>;

/**
 * Sends requests at a steady rate, whatever the answers take, from one target to the next and from one operation to the
 * next: what else the machine does falls on all alike. A request is late if all connections are busy; that counts.
 *
 * @throws at the first answer that is wrong
 */
export async function steadyLoad(targets: readonly Target[], load: SteadyLoad): Promise<Times> {
  const { rate, connections, seconds, progress } = load;
  const agent = new Agent({ keepAlive: true, maxTotalSockets: connections, scheduling: 'fifo' });
  const times: Times = new Map(
    targets.map(({ name, operations }) => [name, new Map(operations.map((one) => [one.name, []]))]),
  );
  let failure: Error | undefined;
  const pending = new Set<Promise<void>>();
  const started = performance.now();
  const total = rate * seconds;
  for (let n = 0; n < total && failure === undefined; n += 1) {
    const due = started + (n * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    if (n % (rate * 10) === 0) progress(Math.round(seconds - n / rate));
    const target = targets[n % targets.length] as Target;
    const turn = Math.floor(n / targets.length);
    const operation = target.operations[turn % target.operations.length] as Operation;
    const one = send(agent, target.url, operation.request(Math.floor(turn / target.operations.length)))
      .then((ms) => void times.get(target.name)?.get(operation.name)?.push(ms))
      .catch((error: unknown) => {
        failure ??= new Error(`${target.name}, ${operation.name}: ${String(error)}`);
      })
      .finally(() => pending.delete(one));
    pending.add(one);
    if (pending.size > MAX_LATE) {
      failure ??= new Error(`The machine does not keep up with ${rate} requests a second: try a lower rate`);
    }
  }
  await Promise.all(pending);
  agent.destroy();
  if (failure) throw failure;
  return times;
}

const sign = createSigner({ key: SECRET, algorithm: 'HS256' });
const tokens = new Map<string, string>();

export function tokenOf(user: string): string {
  let token = tokens.get(user);
  if (token === undefined) {
    token = sign({ sub: user, exp: Math.floor(Date.now() / 1000) + 86_400 });
    tokens.set(user, token);
  }
  return token;
}

/** @returns the milliseconds from sending it to the end of its answer */
function send(agent: Agent, url: string, { method, path, user, body, fault }: Request): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${tokenOf(user)}`,
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const started = performance.now();
    const sent = httpRequest(url + path, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const ms = performance.now() - started;
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200) return reject(new Error(`${response.statusCode} ${text.slice(0, 300)}`));
        const wrong = fault(JSON.parse(text).data, Number(response.headers['x-total-count']));
        return wrong === undefined ? resolve(ms) : reject(new Error(`${path}: ${wrong}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
