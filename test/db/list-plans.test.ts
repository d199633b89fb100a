import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { postgresqlConnection } from '../../src/db/postgresql/connection.js';
import { startApp, type TestApp } from '../support/app.js';
import { insertTickets } from '../support/many-tickets.js';
import { restClient } from '../support/rest-client.js';
import { runSql } from '../support/run-sql.js';
import { explain, recordStatements, type Statement } from '../support/statements.js';
import { customerToken } from '../support/tokens.js';

const engine = inject('engine');
const HEAVY = 3000;

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
  await insertTickets(server.db, { userId: 'heavy', count: HEAVY });
  for (let user = 0; user < 300; user += 1) await insertTickets(server.db, { userId: `light_${user}`, count: 20 });
  await runSql(server.databaseUrl, engine === 'postgresql' ? 'VACUUM ANALYZE' : 'ANALYZE');
});
afterAll(() => server[Symbol.asyncDispose]());

/** How PostgreSQL plans a statement once and for all, whoever asks, in a session like the service's. */
async function explainForAll(databaseUrl: string, { sql, values }: Statement): Promise<string> {
  const client = new pg.Client(postgresqlConnection(databaseUrl));
  await client.connect();
  try {
    await client.query(`SET plan_cache_mode = force_generic_plan; PREPARE asked AS ${sql}`);
    const literals = values.map((value) => client.escapeLiteral(String(value)));
    const { rows } = await client.query(`EXPLAIN EXECUTE asked(${literals.join(', ')})`);
    return rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.end();
  }
}

/** The plan of the statement that made an answer. */
async function planOf(user: string, path: string): Promise<string> {
  using recording = recordStatements(engine);
  const { status } = await restClient(server.url, customerToken(user)).get(path);
  expect(status).toBe(200);
  const [statement, ...more] = recording.statements.filter(({ sql }) => /\bfrom "tickets"/.test(sql));
  if (statement === undefined || more.length > 0) throw new Error('Not one statement');
  return engine === 'sqlite' ? explain(server.databaseUrl, statement) : explainForAll(server.databaseUrl, statement);
}

const INDEX = {
  '': 'tickets_user_id_created_at_id_idx',
  'status=Closed': 'tickets_user_id_status_created_at_id_idx',
  'priority=Low': 'tickets_user_id_priority_created_at_id_idx',
  'status=Closed&priority=Low': 'tickets_user_id_status_priority_created_at_id_idx',
};

// What does not depend on the size of the table, and not on how many tickets a user has.
it.each(Object.entries(INDEX))('far pages of ?%s skip in the index of that list', async (query, index) => {
  const plan = await planOf('heavy', `/support/tickets?${query}&page=25`);
  expect(plan).toContain(index);
  expect(plan).not.toMatch(WHOLE_TABLE);
  if (engine === 'sqlite') {
    expect(plan).toMatch(new RegExp(`SEARCH tickets USING COVERING INDEX ${index} .*created_at<\\?`));
    expect(plan).toContain('SEARCH tickets USING INDEX sqlite_autoindex_tickets_1 (id=?)');
  } else {
    expect(plan).toMatch(new RegExp(`Index Only Scan using ${index} on tickets`));
    expect(plan).toMatch(/Index Cond: .*created_at </);
    expect(plan).toMatch(/Index Scan using tickets_pkey on tickets/);
  }
});

it.each(Object.entries(INDEX))('page 1 of ?%s reads its rows in the order of that index', async (query, index) => {
  const plan = await planOf('heavy', `/support/tickets?${query}`);
  expect(plan).toContain(index);
  expect(plan).not.toMatch(WHOLE_TABLE);
  expect(plan).not.toMatch(/Sort|TEMP B-TREE|Bitmap Heap Scan on tickets/);
});

it('the total is the sum of a few counts', async () => {
  const plan = await planOf('heavy', '/support/tickets');
  expect(plan).toMatch(engine === 'sqlite' ? /SEARCH ticket_counts USING INDEX/ : /ticket_counts_pkey/);
});

const WHOLE_TABLE =
  engine === 'sqlite' ? /^SCAN (tickets|ticket_counts|ticket_segments)/m : /Seq Scan on (tickets|ticket_counts)/;
