import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawRows } from './raw-rows.js';
import { restClient } from './rest-client.js';
import { NEW_TICKET } from './tickets.js';
import { adminToken, customerToken } from './tokens.js';
import { waitFor } from './wait-for.js';
import { type Receiver, startReceiver } from './webhook-receiver.js';

interface Instance {
  readonly url: string;
  /** `kill -9`; resolves when it has ended. */
  kill(): Promise<unknown>;
}

interface StormOptions {
  databaseUrl: string;
  /** Starts an instance on that database, which may send to this machine. */
  start(): Promise<Instance>;
  instances: number;
  /** How many are written at least. */
  events: number;
  /** How many times an instance is killed, and another one started in its place. */
  kills: number;
  /** From 0 to 1. */
  random(): number;
}

export interface StormResult {
  /** Of each receiver. */
  readonly receivers: readonly {
    /** Events that never came. */
    readonly lost: number;
    /** Deliveries that came more than once. */
    readonly again: number;
    /** Whether events came in the order of the feed, each counted when it came first. */
    readonly isInOrder: boolean;
  }[];
  readonly events: number;
  readonly seconds: number;
}

const RECEIVERS = 5;
const TICKETS = 10;
const WRITERS = 4;

/**
 * Instances on one database write events and send them to five receivers while they are killed at random. The last receiver refuses one
 * delivery in twenty, once; the others take all.
 */
export async function storm({ databaseUrl, start, instances: count, events, kills, random }: StormOptions) {
  const receivers: Receiver[] = [];
  const instances: Instance[] = [];
  try {
    for (let one = 0; one < RECEIVERS; one += 1) receivers.push(await startReceiver());
    const refusing = receivers.at(-1) as Receiver;
    const refused = new Set<number>();
    refusing.reply = ({ data }) => {
      // Once each: the second retry comes after 5 minutes.
      const isRefused = !refused.has(data.eventId) && random() < 0.05;
      if (isRefused) refused.add(data.eventId);
      return { status: isRefused ? 500 : 204 };
    };
    for (let one = 0; one < count; one += 1) instances.push(await start());
    const [{ url }] = instances as [Instance];
    for (const receiver of receivers) await restClient(url, adminToken()).post('/desk/webhooks', { url: receiver.url });
    const started = performance.now();
    const any = () => (instances[Math.floor(random() * instances.length)] as Instance).url;
    await Promise.all([writeEvents(any, events), killAtRandom({ instances, start, kills, random })]);
    const feed = await eventIds(databaseUrl);
    await waitFor(() => receivers.every((receiver) => distinct(receiver).size >= feed.length));
    const seconds = (performance.now() - started) / 1000;
    return {
      events: feed.length,
      seconds,
      receivers: receivers.map((receiver) => judged(receiver, feed)),
    } satisfies StormResult;
  } finally {
    for (const instance of instances) await instance.kill();
    for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
  }
}

async function writeEvents(any: () => string, events: number): Promise<void> {
  const tickets: string[] = [];
  for (let ticket = 0; ticket < TICKETS; ticket += 1) {
    tickets.push((await insist(any, '/support/tickets', NEW_TICKET)).ticketId);
  }
  let left = events - TICKETS;
  const writer = async () => {
    while (left > 0) {
      left -= 1;
      await insist(any, `/support/tickets/${tickets[left % TICKETS]}/messages`, { message: 'm' });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

/** Sends a request, under one key, until some instance has answered it. */
async function insist(any: () => string, path: string, body: object): Promise<{ ticketId: string }> {
  const key = randomUUID();
  for (;;) {
    try {
      const client = restClient(any(), customerToken('owner'), { 'idempotency-key': key });
      const answer = await client.post(path, body);
      if (answer.status === 200) return answer.body.data;
    } catch {
      // It was killed.
    }
    await sleep(20);
  }
}

async function killAtRandom({
  instances,
  start,
  kills,
  random,
}: Pick<StormOptions, 'start' | 'kills' | 'random'> & { instances: Instance[] }): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(500 + random() * 2_000);
    const index = Math.floor(random() * instances.length);
    await instances[index]?.kill();
    instances[index] = await start();
  }
}

/** In the order of the feed. */
async function eventIds(databaseUrl: string): Promise<number[]> {
  const rows = await rawRows(databaseUrl, 'SELECT id FROM events ORDER BY transaction_id, id');
  return rows.map(({ id }) => Number(id));
}

function distinct({ received }: Receiver): Set<number> {
  return new Set(received.map(({ data }) => data.eventId));
}

function judged(receiver: Receiver, feed: readonly number[]): StormResult['receivers'][number] {
  const came = distinct(receiver);
  return {
    lost: feed.filter((id) => !came.has(id)).length,
    again: receiver.received.length - came.size,
    isInOrder: [...came].every((id, index) => id === feed[index]),
  };
}
