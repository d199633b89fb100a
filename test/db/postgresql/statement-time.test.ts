import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startApp } from '../../support/app.js';
import { newTestDatabase } from '../../support/open-database.js';
import { restClient } from '../../support/rest-client.js';
import { recordStatements } from '../../support/statements.js';
import { textStatement } from '../../support/text-statement.js';
import { agentToken } from '../../support/tokens.js';

const SLEEP = 'SELECT CAST(pg_sleep(:seconds) AS text) AS slept';
type Sleep = { seconds: number };
const short = textStatement<Sleep>('sleep short', SLEEP, { short: true });
const usual = textStatement<Sleep>('sleep', SLEEP);
const long = textStatement<Sleep>('sleep long', SLEEP, { long: true });
const settings = `SELECT pg_backend_pid() AS backend, current_setting('statement_timeout') AS time,
  current_setting('transaction_read_only') AS "readOnly"`;
const shortSettings = textStatement('settings', settings, { short: true });
const longSettings = textStatement('long settings', settings, { long: true });

const ended = { code: '57014' };

async function open(env: Record<string, string>) {
  const database = await newTestDatabase(env);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.db;
}

describe('a statement', () => {
  it('ends after POOL_STATEMENT_TIMEOUT_MS, unless it is long', async () => {
    const db = await open({ POOL_STATEMENT_TIMEOUT_MS: '100', LONG_STATEMENT_TIMEOUT_MS: '60000' });
    await expect(db.sql.rows(short, { seconds: 60 })).rejects.toMatchObject(ended);
    await expect(db.sql.rows(usual, { seconds: 60 })).rejects.toMatchObject(ended);
    await expect(db.write((sql) => sql.rows(usual, { seconds: 60 }))).rejects.toMatchObject({ cause: ended });
    expect(await db.sql.rows(long, { seconds: 0.3 })).toHaveLength(1);
  });

  it('that is long ends after LONG_STATEMENT_TIMEOUT_MS, and leaves the connection as it was', async () => {
    const db = await open({
      POOL_MAX: '1',
      POOL_STATEMENT_TIMEOUT_MS: '60000',
      LONG_STATEMENT_TIMEOUT_MS: '100',
    });
    const [before] = await db.sql.rows(shortSettings, {});
    expect(before).toMatchObject({ time: '1min', readOnly: 'off' });
    const during = { ...(before as object), time: '100ms', readOnly: 'on' };
    await vi.waitFor(async () => expect(await db.sql.row(longSettings, {})).toEqual(during), { timeout: 30_000 });
    await expect(db.sql.rows(long, { seconds: 60 })).rejects.toMatchObject(ended);
    expect(await db.sql.row(shortSettings, {})).toEqual(before);
  });
});

it.each([
  '/desk/search?q=payment',
  '/desk/tickets?priority=High&sort=created',
  '/desk/tickets/counts',
  '/desk/figures?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z',
  '/desk/figures/series?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z',
])('%s has the time of a long one', async (path) => {
  await using server = await startApp();
  using recording = recordStatements('postgresql');
  expect((await restClient(server.url, agentToken()).get(path)).status).toBe(200);
  const sent = recording.statements.map(({ sql }) => sql);
  expect(sent.at(0)).toMatch(/^BEGIN READ ONLY; SET LOCAL statement_timeout = 10000;/);
  expect(sent.at(-1)).toBe('COMMIT');
});
