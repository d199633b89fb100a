import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { StatementCache } from '../../../src/db/sqlite/statement-cache.js';

function open() {
  const database = openSqlite(':memory:');
  onTestFinished(() => void database.close());
  database.exec(`CREATE TABLE t (x INTEGER, y TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b')`);
  return { database, statements: new StatementCache(database) };
}

it('prepares a text once, and takes other arguments each time', () => {
  const { statements } = open();
  const sql = 'SELECT y FROM t WHERE x = ?';
  const statement = statements.prepare(sql);
  expect(statements.prepare(sql)).toBe(statement);
  expect([statement.all([2]), statement.all([1]), statement.all([3])]).toEqual([[['b']], [['a']], []]);
});

it('forgets the statement that was used least recently', () => {
  const { statements } = open();
  const text = (index: number) => `SELECT ${index}`;
  const used = statements.prepare(text(0));
  const unused = statements.prepare(text(1));
  for (let index = 2; index < 250; index++) {
    statements.prepare(text(index));
    statements.prepare(text(0));
  }
  expect(statements.prepare(text(0))).toBe(used);
  expect(statements.prepare(text(1))).not.toBe(unused);
});

it('sees what a migration of another process changed', () => {
  const { database, statements } = open();
  const select = statements.prepare('SELECT * FROM t WHERE x = 1');
  const result = () => ({ rows: select.all([]), columns: select.columns().map(({ name }) => name) });
  expect(result()).toEqual({ rows: [[1n, 'a']], columns: ['x', 'y'] });
  database.exec('ALTER TABLE t ADD COLUMN z INTEGER DEFAULT 7');
  expect(result()).toEqual({ rows: [[1n, 'a', 7n]], columns: ['x', 'y', 'z'] });
});
