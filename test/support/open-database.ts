import { inject } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/db/database.js';
import { databaseOptions } from '../../src/db/options.js';
import { createMigratedDatabase } from './databases.js';

export interface OpenTestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly db: Database;
  /** Every connection that failed while nobody used it. */
  readonly backgroundErrors: Error[];
}

/** The database at `url` as the service opens it; `env` goes over the defaults. Dispose of it. */
export async function openTestDatabase(url: string, env: Record<string, string> = {}): Promise<OpenTestDatabase> {
  // No test cuts the power.
  const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: url, SQLITE_SYNCHRONOUS: 'NORMAL', ...env });
  const backgroundErrors: Error[] = [];
  const db = await openDatabase(databaseOptions(config, (error) => backgroundErrors.push(error)));
  return { url, db, backgroundErrors, [Symbol.asyncDispose]: () => db.close() };
}

/** A migrated database of this project's engine, of its own, opened. Dispose of it. */
export async function newTestDatabase(env: Record<string, string> = {}): Promise<OpenTestDatabase> {
  const database = await createMigratedDatabase(inject('engine'));
  const opened = await openTestDatabase(database.url, env);
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

let tickets = 0;

/** A row for `ticket.create`, with an id of its own unless one is given. */
export function ticketRow(id = `ticket_${++tickets}`) {
  const now = new Date('2024-01-22T16:30:00.123Z');
  return {
    id,
    userId: 'user_123',
    subject: 'Unable to make payment',
    description: "I'm experiencing issues making a payment on my loan",
    status: 'Open',
    priority: 'Medium',
    categoryId: 'category_001',
    attachments: [],
    createdAt: now,
    updatedAt: now,
  };
}
