import type { Database } from '../../db/database.js';
import type { Answer, Outbound } from '../../outbound/post.js';
import type { Log, SecretKeeper } from '../../procedure/context.js';
import type { Clock } from '../../schema/clock.js';
import { secretPlace } from '../endpoints/endpoint-row.js';
import { advanceCursor } from './advance-cursor.js';
import { type DueDelivery, dueDeliveries } from './due-deliveries.js';
import { judge, type Outcome } from './judge.js';
import { endLease, LEASE_MS, renewLease, type TakenEndpoint } from './leases.js';
import { payloadOf } from './payload.js';
import { type Health, type MadeAttempt, recordAttempts } from './record-attempts.js';
import { signedHeaders } from './sign.js';

export interface SenderParts {
  db: Database;
  clock: Clock;
  log: Log;
  outbound: Pick<Outbound, 'post'>;
  secrets: SecretKeeper;
  metrics: { webhookAttempt(outcome: Outcome, seconds: number): void };
}

/** Then others may have the endpoint, if there is still something to do. */
const TURN_MS = 5_000;
/** Longer than an attempt takes: with less of the lease left, none is begun. */
const ATTEMPT_MS = 16_000;
/** Attempts are recorded together: so many of them, or those of so long a time. After a crash they are made again. */
const TOGETHER = 50;
const TOGETHER_MS = 250;
/** Where a secret can't be read: an operator has to put SECRETS_KEY right. */
const UNREADABLE_MS = 60_000;

/** What one instance does for one endpoint while it has its lease: one delivery after another, in their order. */
export class EndpointTurn {
  readonly #parts: SenderParts;
  readonly #by: string;
  readonly #endpoint: TakenEndpoint;
  readonly #stopping: AbortSignal;
  /** By this process's own clock. */
  #leaseEnds = performance.now() + LEASE_MS;
  #health: Health;
  #made: MadeAttempt[] = [];
  #madeSince = 0;

  constructor(parts: SenderParts, by: string, endpoint: TakenEndpoint, stopping: AbortSignal) {
    const { failingAt, failures, retryAt } = endpoint;
    this.#parts = parts;
    this.#by = by;
    this.#endpoint = endpoint;
    this.#stopping = stopping;
    this.#health = { failingAt: dateOf(failingAt), failures, retryAt: dateOf(retryAt), disabled: null };
  }

  /** Resolves when there is nothing more to do, when others are to have their turn, or at once when it must stop; true: there is more. */
  async run(): Promise<boolean> {
    const { db, clock } = this.#parts;
    const { id } = this.#endpoint;
    const until = performance.now() + TURN_MS;
    try {
      const secrets = await this.#openSecrets();
      while (secrets !== undefined && !this.#stopping.aborted) {
        if (performance.now() >= until) return true;
        const ends = performance.now() + LEASE_MS;
        const passed = await advanceCursor(this.#leased(), this.#endpoint);
        if (passed === undefined) return true;
        if (passed > 0) this.#leaseEnds = ends;
        const due = await dueDeliveries(db.sql, id, clock.now());
        if (due.length === 0 && passed === 0) return false;
        if (!(await this.#sendAll(due, secrets))) return false;
      }
      return false;
    } finally {
      await db.write((sql) => sql.run(endLease, { id, by: this.#by }), { single: true });
    }
  }

  /** False: nothing more is to be sent now. */
  async #sendAll(due: readonly DueDelivery[], secrets: readonly string[]): Promise<boolean> {
    for (const delivery of due) {
      if (!(await this.#hasTime())) return false;
      const answer = this.#stopping.aborted ? undefined : await this.#send(delivery, secrets);
      if (answer === undefined) break;
      const { attempt, health, outcome } = judge(delivery, answer, this.#health, this.#parts.clock.now());
      this.#parts.metrics.webhookAttempt(outcome, answer.durationMs / 1000);
      if (this.#made.length === 0) this.#madeSince = performance.now();
      this.#made.push(attempt);
      this.#health = health;
      const isDue = this.#made.length >= TOGETHER || performance.now() - this.#madeSince >= TOGETHER_MS;
      if ((isDue || attempt.error !== null) && !(await this.#record())) return false;
      if (health.retryAt !== null) return false;
    }
    return this.#made.length === 0 || (await this.#record());
  }

  async #send({ id, ...delivery }: DueDelivery, secrets: readonly string[]): Promise<Answer | undefined> {
    const { outbound, clock } = this.#parts;
    const body = payloadOf({ id, ...delivery });
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Support-API-Webhooks',
      ...signedHeaders({ id, seconds: Math.floor(clock.now().getTime() / 1000), body, secrets }),
    };
    return outbound.post(this.#endpoint.url, { headers, body }, this.#stopping);
  }

  async #record(): Promise<boolean> {
    const made = this.#made;
    this.#made = [];
    const leased = this.#leased();
    const ends = performance.now() + LEASE_MS;
    const goesOn = await recordAttempts(leased, this.#endpoint.id, this.#health, made);
    this.#leaseEnds = ends;
    const { disabled } = this.#health;
    if (disabled !== null) this.#parts.log.warn({ webhookId: this.#endpoint.id, reason: disabled }, 'webhook disabled');
    return goesOn;
  }

  /** Whether the endpoint is still this instance's for as long as an attempt may take. */
  async #hasTime(): Promise<boolean> {
    if (this.#leaseEnds - performance.now() > ATTEMPT_MS) return true;
    const { db } = this.#parts;
    const { id } = this.#endpoint;
    const ends = performance.now() + LEASE_MS;
    const { leaseUntil: until } = this.#leased();
    const renewed = await db.write((sql) => sql.run(renewLease, { id, by: this.#by, until }), { single: true });
    this.#leaseEnds = ends;
    return renewed > 0;
  }

  #leased() {
    const { db, clock } = this.#parts;
    const now = clock.now();
    return { db, by: this.#by, now, leaseUntil: new Date(now.getTime() + LEASE_MS) };
  }

  /** The new one, and for a while the one before; undefined where they can't be read: nothing is lost, and it is tried again. */
  async #openSecrets(): Promise<string[] | undefined> {
    const { secrets, clock, log } = this.#parts;
    const { id, secret, oldSecret, oldSecretUntilAt } = this.#endpoint;
    const place = secretPlace(id);
    const now = clock.now();
    const isOldGood = oldSecret !== null && oldSecretUntilAt !== null && new Date(oldSecretUntilAt) > now;
    try {
      return [secret, ...(isOldGood ? [oldSecret] : [])].map((sealed) => secrets.open(sealed, place));
    } catch (err) {
      log.error({ err, webhookId: id }, 'webhook waits: its secret cannot be read');
      this.#health = { ...this.#health, retryAt: new Date(now.getTime() + UNREADABLE_MS) };
      await this.#record();
      return undefined;
    }
  }
}

function dateOf(time: string | null): Date | null {
  return time === null ? null : new Date(time);
}
