import assert from 'node:assert/strict';
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import fc from 'fast-check';
import { appRouter } from '../../src/router.js';
import { Ledger } from '../support/ledger.js';
import type { RawAnswer } from './answer-reader.js';
import { AnswerChecks } from './checks/answer.js';
import { DocumentedApi, type OpenApiDocument } from './checks/document.js';
import { checkWrites, withoutCounts } from './checks/writes.js';
import { Connection } from './connection.js';
import { Garbage, garbage } from './inputs/garbage.js';
import { restRequests } from './inputs/rest.js';
import { strayRequests } from './inputs/stray.js';
import { trpcRequests } from './inputs/trpc.js';
import type { FuzzRequest } from './request.js';
import { World } from './world.js';

/** A server that runs, and whose tokens TEST_SECRET signs. Nobody else uses it. */
export interface Target {
  url: string;
  databaseUrl: string;
  /** What it has logged of late, to show beside a failure. */
  log(): string[];
}

export interface FuzzOptions {
  seed: number;
  /** How many inputs. */
  numRuns: number;
  /** fast-check's way to one failing input: tries that alone. */
  path?: string;
  onInput?(): void;
}

/** Answers by surface and status, `rest 400`; accepted calls of what writes by procedure, `done desk.tickets.take`. */
export type Statuses = ReadonlyMap<string, number>;

/**
 * Sends inputs of every kind to a server and checks each answer, and each row that was written. The same seed gives the
 * same inputs.
 *
 * @throws Error with the smallest input that shows what is wrong, its seed and its path.
 */
export async function fuzz(target: Target, { onInput, ...parameters }: FuzzOptions): Promise<Statuses> {
  await using ledger = await Ledger.open(target.databaseUrl);
  const world = new World(target.url, ledger);
  await world.restore();
  const api = new DocumentedApi();
  const session = new Session(target, ledger, world, new AnswerChecks(appRouter, api));
  const inputs = fc.oneof(
    { weight: 9, arbitrary: restRequests(api.resolvedPaths) },
    { weight: 7, arbitrary: trpcRequests(appRouter) },
    { weight: 4, arbitrary: strayRequests },
    { weight: 3, arbitrary: garbage },
  );
  const trying = (arbitrary: fc.Arbitrary<FuzzRequest | Garbage>, wanted = () => true) =>
    fc.asyncProperty(arbitrary, async (input) => {
      if (!wanted()) return;
      if (input instanceof Garbage) await session.tryGarbage(input);
      else await session.tryRequest(input);
      onInput?.();
    });
  await fc.assert(trying(inputs), parameters);
  if (parameters.path !== undefined) return session.statuses;
  // What chance has left out: no procedure that writes goes untried.
  for (const name of writingProcedures()) {
    const untried = () => !session.statuses.has(`done ${name}`);
    // What only REST can carry was tried there.
    const only = name === 'support.files.upload' ? restRequests(uploads(api)) : trpcRequests(appRouter, [name]);
    if (untried()) await fc.assert(trying(only, untried), { ...parameters, numRuns: 500 });
  }
  return session.statuses;
}

function uploads({ resolvedPaths }: DocumentedApi): OpenApiDocument['paths'] {
  return Object.fromEntries(Object.entries(resolvedPaths).filter(([path]) => path === '/support/files'));
}

/** The router's mutations by name. */
export function writingProcedures(): string[] {
  const procedures: Record<string, AnyTRPCProcedure> = (appRouter as AnyTRPCRouter)._def.procedures;
  return Object.keys(procedures).filter((name) => procedures[name]?._def.type === 'mutation');
}

class Session {
  readonly statuses = new Map<string, number>();
  readonly #port: number;
  readonly #log: () => string[];
  readonly #ledger: Ledger;
  readonly #world: World;
  readonly #checks: AnswerChecks;

  constructor(target: Target, ledger: Ledger, world: World, checks: AnswerChecks) {
    this.#port = Number(new URL(target.url).port);
    this.#log = target.log;
    this.#ledger = ledger;
    this.#world = world;
    this.#checks = checks;
  }

  /** A well-formed request: is answered, whatever is in it, and leaves the connection usable. */
  async tryRequest(input: FuzzRequest): Promise<void> {
    const fill = (text: string) => this.#world.fill(text);
    const connection = await Connection.open(this.#port);
    let answer: RawAnswer | undefined;
    try {
      connection.send(input.toBytes(fill));
      answer = await connection.read({ head: input.method === 'HEAD' });
      assert.ok(answer, `the connection was closed without an answer (${connection.failure?.message ?? 'in order'})`);
      this.#count(surfaceOf(input), answer.status);
      const accepted = this.#checks.check(input.filled(fill), answer);
      const changes = await this.#ledger.take();
      const by = this.#world.principal(input.header('authorization') ?? '');
      const key = input.header('idempotency-key');
      try {
        checkWrites(changes, this.#ledger, { by, key }, accepted);
      } finally {
        this.#ledger.settle(changes);
      }
      for (const { procedure } of accepted) this.#count('done', procedure);
      if (!/close/i.test(answer.headers.connection ?? '')) await probe(connection);
      if (key !== undefined && accepted.length > 0) await this.#sendAgain(input, answer);
    } catch (error) {
      throw this.#explain(error, answer);
    } finally {
      connection.close();
    }
    await this.#world.restore();
  }

  /** What has a key and was done: gets the same answer again, and writes nothing. */
  async #sendAgain(input: FuzzRequest, first: RawAnswer): Promise<void> {
    const connection = await Connection.open(this.#port);
    try {
      connection.send(input.toBytes((text) => this.#world.fill(text)));
      const second = await connection.read();
      assert.deepEqual([second?.status, second?.body.toString()], [first.status, first.body.toString()], 'sent again');
      // A stream has sent its headers before the call is made.
      if (input.header('trpc-accept') === undefined) assert.equal(second?.headers['idempotency-replayed'], 'true');
      assert.deepEqual(await this.#ledger.take(), [], 'written again');
      this.#count('replayed', first.status);
    } finally {
      connection.close();
    }
  }

  /** Bytes that may be no request: each is answered, and nothing is written but what an answer tells of. */
  async tryGarbage(input: Garbage): Promise<void> {
    const connection = await Connection.open(this.#port);
    let answer: RawAnswer | undefined;
    const told: unknown[] = [];
    try {
      connection.send(input.toBytes((text) => this.#world.fill(text)));
      connection.finish();
      for (;;) {
        const next = await connection.read({ head: /^HEAD/.test(input.text) });
        if (next === undefined) break;
        answer = next;
        this.#count('bytes', answer.status);
        const { data } = this.#checks.checkGarbage(answer);
        if (typeof data === 'object' && data !== null && 'ticketId' in data) told.push(data.ticketId);
      }
      assert.ok(answer || /^[\r\n]*$/.test(input.text), 'no answer at all');
      const other = await Connection.open(this.#port);
      await probe(other).finally(() => other.close());
      const changes = await this.#ledger.take();
      this.#ledger.settle(changes);
      const written = told.length > 0 ? withoutCounts(changes) : changes;
      const ids = (table: string, column: string) =>
        written.filter((change) => change.kind === 'INSERT' && change.table === table).map(({ row }) => row[column]);
      const [tickets, events] = [ids('tickets', 'id'), ids('events', 'ticket_id')];
      assert.deepEqual(tickets.sort(), told.sort(), 'written, and nobody was told so');
      assert.deepEqual(events.sort(), told, 'each ticket has its event');
      assert.equal(written.length, tickets.length + events.length, 'something else was written');
    } catch (error) {
      throw this.#explain(error, answer);
    } finally {
      connection.close();
    }
  }

  #count(what: string, which: number | string): void {
    const key = `${what} ${which}`;
    this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
  }

  #explain(error: unknown, answer: RawAnswer | undefined): Error {
    const shown =
      answer && `${answer.status} ${JSON.stringify(answer.headers)}\n${answer.body.toString().slice(0, 2000)}`;
    const log = this.#log().join('\n');
    return new Error(`${(error as Error).message}\n\nThe answer: ${shown ?? 'none'}\n${log && `The log:\n${log}`}`, {
      cause: error,
    });
  }
}

/** The next request on the connection is read where the last one ended, and gets its own answer. */
async function probe(connection: Connection): Promise<void> {
  connection.send(Buffer.from('GET /health/live HTTP/1.1\r\nHost: a\r\nX-Request-Id: probe\r\n\r\n'));
  const answer = await connection.read();
  assert.equal(answer?.status, 200, 'the next request on the connection is answered');
  assert.equal(answer.headers['x-request-id'], 'probe', 'the next answer belongs to the next request');
}

function surfaceOf({ path }: FuzzRequest): string {
  if (path.startsWith('/trpc')) return 'trpc';
  return /^\/(support|desk)/.test(path) ? 'rest' : 'elsewhere';
}
