import { randomBytes } from 'node:crypto';
import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';

const NAME = 'file-links';
const KEY_BYTES = 32;

const insertSecret = query(
  'insert secret',
  { name: 'secrets.name', value: 'secrets.value', now: 'secrets.created_at' },
  ({ db, p }) =>
    db
      .insertInto('secrets')
      .values({ name: p.name, value: p.value, created_at: p.now })
      .onConflict((conflict) => conflict.column('name').doNothing()),
);

const selectSecret = query('select secret', { name: 'secrets.name' }, ({ db, p }) =>
  db.selectFrom('secrets').select('value').where('name', '=', p.name),
);

/** The key that links to files are signed with: the same for all instances of a database, made by the first that needs it. */
export async function signingKey(db: Database, clock: Clock): Promise<Buffer> {
  const kept = await db.sql.row(selectSecret, { name: NAME });
  if (kept !== undefined) return Buffer.from(kept.value, 'base64url');
  const value = randomBytes(KEY_BYTES).toString('base64url');
  await db.write((sql) => sql.run(insertSecret, { name: NAME, value, now: clock.now() }));
  return signingKey(db, clock);
}
