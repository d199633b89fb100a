import { type ArgScalarType, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { SqliteQueryable } from '../../../src/db/sqlite/queryable.js';
import { StatementCache } from '../../../src/db/sqlite/statement-cache.js';

function open(script = '') {
  const database = openSqlite(':memory:');
  onTestFinished(() => void database.close());
  database.exec(script);
  const queryable = new SqliteQueryable(new StatementCache(database));
  const query = (sql: string, args: unknown[] = [], types: ArgScalarType[] = []) =>
    queryable.queryRaw({ sql, args, argTypes: types.map((scalarType) => ({ scalarType, arity: 'scalar' })) });
  return { database, queryable, query };
}

it.each([
  ['boolean', true, 1],
  ['boolean', false, 0],
  ['datetime', new Date('2024-01-22T16:30:00.123Z'), '2024-01-22T16:30:00.123+00:00'],
  ['datetime', '2024-01-22T16:30:00.123Z', '2024-01-22T16:30:00.123+00:00'],
  ['datetime', '2024-01-22T16:30:00+02:00', '2024-01-22T14:30:00.000+00:00'],
  ['int', '12', 12],
  ['bigint', '9007199254740993', 9007199254740993n],
  ['bigint', 7n, 7n],
  ['float', '1.5', 1.5],
  ['decimal', '2.25', 2.25],
  ['bytes', 'AP8=', Buffer.from([0, 255])],
  ['bytes', new Uint8Array([1, 2]), Buffer.from([1, 2])],
  ['json', '{"a":1}', '{"a":1}'],
  ['string', '2024-01-22T16:30:00Z', '2024-01-22T16:30:00Z'],
  ['string', null, null],
] as const)('stores an argument of the type %s: %s', async (type, given, stored) => {
  const { database, query } = open('CREATE TABLE t (x)');
  await query('INSERT INTO t VALUES (?)', [given], [type]);
  const kept = database.prepare('SELECT x FROM t').safeIntegers().pluck().get();
  expect(kept).toEqual(stored);
});

it.each([
  ['INTEGER', '7', 'Int32', 7],
  ['INTEGER', '1.9', 'Int32', 1],
  ['BIGINT', '9007199254740991', 'Int64', 9007199254740991],
  ['BIGINT', '9007199254740993', 'Int64', '9007199254740993'],
  ['REAL', '1.5', 'Double', 1.5],
  ['TEXT', "'a'", 'Text', 'a'],
  ['boolean', '1', 'Boolean', 1],
  ['DATETIME', "'2024-01-22T16:30:00.123+00:00'", 'DateTime', '2024-01-22T16:30:00.123+00:00'],
  ['DATETIME', '1705941000123', 'DateTime', '2024-01-22T16:30:00.123Z'],
  ['JSONB', "'[1]'", 'Json', '[1]'],
  ['BLOB', "x'00ff'", 'Bytes', Buffer.from([0, 255])],
  ['TEXT', 'NULL', 'Text', null],
] as const)('gives a column declared %s that holds %s', async (declared, value, type, given) => {
  const { query } = open(`CREATE TABLE t (x ${declared}); INSERT INTO t VALUES (${value})`);
  expect(await query('SELECT x FROM t')).toEqual({
    columnNames: ['x'],
    columnTypes: [ColumnTypeEnum[type]],
    rows: [[given]],
  });
});

it('takes the type of what is computed from its first value', async () => {
  const { query } = open();
  const { columnNames, columnTypes, rows } = await query(
    `SELECT NULL AS a, 'x' AS b, 1 AS c, 1.5 AS d, x'00' AS e, NULL AS f UNION ALL SELECT 2, 'y', 3, 2.5, x'01', NULL`,
  );
  expect(columnNames).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  const { Int64, Text, UnknownNumber, Bytes, Int32 } = ColumnTypeEnum;
  expect(columnTypes).toEqual([Int64, Text, Int64, UnknownNumber, Bytes, Int32]);
  expect(rows[1]).toEqual([2, 'y', 3, 2.5, Buffer.from([1]), null]);
});

it('runs what returns no rows, what returns some, and whole scripts', async () => {
  const { queryable, query } = open();
  await queryable.executeScript('CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1), (2)');
  const sql = 'UPDATE t SET x = x + 10';
  expect(await queryable.executeRaw({ sql, args: [], argTypes: [] })).toBe(2);
  expect(await query(sql)).toEqual({ columnNames: [], columnTypes: [], rows: [] });
  expect((await query('INSERT INTO t VALUES (3) RETURNING x')).rows).toEqual([[3]]);
  expect((await query('SELECT x FROM t ORDER BY x')).rows).toEqual([[3], [21], [22]]);
});

const TABLES = `
  CREATE TABLE parents (id INTEGER PRIMARY KEY, a TEXT, b TEXT NOT NULL, n INTEGER CHECK (n > 0), UNIQUE (b, n));
  CREATE UNIQUE INDEX lower_a ON parents (lower(a));
  CREATE TABLE children (parent INTEGER REFERENCES parents);
  CREATE TRIGGER kept BEFORE DELETE ON parents BEGIN SELECT RAISE(ABORT, 'kept'); END;
  INSERT INTO parents VALUES (1, 'a', 'b', 1)`;

const unique = (fields: string[]) => ({
  kind: 'UniqueConstraintViolation',
  originalCode: 'SQLITE_CONSTRAINT_UNIQUE',
  constraint: { fields },
  table: 'parents',
});

it.each([
  [`INSERT INTO parents VALUES (2, 'c', 'b', 1)`, unique(['b', 'n'])],
  [`INSERT INTO parents VALUES (1, 'c', 'c', 1)`, { ...unique(['id']), originalCode: 'SQLITE_CONSTRAINT_PRIMARYKEY' }],
  [
    `INSERT INTO parents VALUES (2, 'A', 'c', 1)`,
    { kind: 'UniqueConstraintViolation', constraint: { index: 'lower_a' } },
  ],
  [`INSERT INTO parents VALUES (2, 'c', NULL, 1)`, { kind: 'NullConstraintViolation', constraint: { fields: ['b'] } }],
  ['INSERT INTO children VALUES (9)', { kind: 'ForeignKeyConstraintViolation', constraint: { foreignKey: {} } }],
  ['DELETE FROM parents', { kind: 'ForeignKeyConstraintViolation', originalCode: 'SQLITE_CONSTRAINT_TRIGGER' }],
  [`INSERT INTO parents VALUES (2, 'c', 'c', 0)`, { kind: 'sqlite', originalCode: 'SQLITE_CONSTRAINT_CHECK' }],
  ['SELECT * FROM missing', { kind: 'TableDoesNotExist', table: 'missing' }],
  ['SELECT missing FROM parents', { kind: 'ColumnNotFound', column: 'missing' }],
  ['INSERT INTO parents (missing) VALUES (1)', { kind: 'ColumnNotFound', column: 'missing' }],
  ['not SQL', { kind: 'sqlite', originalCode: 'SQLITE_ERROR', extendedCode: 1 }],
])('says what SQLite refused: %s', async (sql, cause) => {
  const { queryable, query } = open(`PRAGMA foreign_keys = ON; ${TABLES}`);
  const failure = { name: 'DriverAdapterError', cause: expect.objectContaining(cause) };
  await expect(query(sql)).rejects.toMatchObject(failure);
  await expect(queryable.executeRaw({ sql, args: [], argTypes: [] })).rejects.toMatchObject(failure);
  await expect(queryable.executeScript(sql)).rejects.toMatchObject(failure);
});

it("passes on what is no error of SQLite's", async () => {
  const { queryable, query } = open();
  await expect(query('SELECT 1; SELECT 2')).rejects.toThrow(RangeError);
  await expect(query('SELECT ?', ['no time'], ['datetime'])).rejects.toThrow('Invalid time value');
  await queryable.dispose();
  await expect(query('SELECT 1')).rejects.toThrow('The database connection is not open');
});
