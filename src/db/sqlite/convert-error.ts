import { DriverAdapterError, type MappedError } from '@prisma/driver-adapter-utils';

interface SqliteError extends Error {
  code: string;
}

/** An error of SQLite's as Prisma's client knows it, `originalCode` with it; all else as it is. */
export function toDriverAdapterError(error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  const { code: originalCode, message: originalMessage } = error;
  return new DriverAdapterError({ originalCode, originalMessage, ...map(error) });
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && error.name === 'SqliteError' && typeof (error as SqliteError).code === 'string';
}

function map({ code, message }: SqliteError): MappedError {
  switch (code) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY': {
      const index = /: index '(.+)'$/.exec(message)?.[1];
      if (index !== undefined) return { kind: 'UniqueConstraintViolation', constraint: { index } };
      const { table, fields } = columnsIn(message);
      return { kind: 'UniqueConstraintViolation', constraint: { fields }, table };
    }
    case 'SQLITE_CONSTRAINT_NOTNULL':
      return { kind: 'NullConstraintViolation', constraint: { fields: columnsIn(message).fields } };
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
    case 'SQLITE_CONSTRAINT_TRIGGER':
      return { kind: 'ForeignKeyConstraintViolation', constraint: { foreignKey: {} } };
  }
  if (code.startsWith('SQLITE_BUSY')) return { kind: 'SocketTimeout' };
  const table = /^no such table: (.+)/.exec(message)?.[1];
  if (table !== undefined) return { kind: 'TableDoesNotExist', table };
  const column = /(?:^no such column: |has no column named )(.+)/.exec(message)?.[1];
  if (column !== undefined) return { kind: 'ColumnNotFound', column };
  // better-sqlite3 gives names; SQLITE_ERROR's number stands for all that have no kind of their own.
  return { kind: 'sqlite', extendedCode: 1, message };
}

/** What `UNIQUE constraint failed: users.name, users.age` names. */
function columnsIn(message: string): { table: string; fields: string[] } {
  const columns = message.replace(/^.*constraint failed: /, '').split(', ');
  const [first = ''] = columns;
  return {
    table: first.slice(0, first.lastIndexOf('.')),
    fields: columns.map((column) => column.slice(column.lastIndexOf('.') + 1)),
  };
}
