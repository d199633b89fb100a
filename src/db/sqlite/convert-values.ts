import { type ArgType, type ColumnType, ColumnTypeEnum } from '@prisma/driver-adapter-utils';

/** What the declared type of a column says of its values. Prisma's migrations declare the types that its schema has. */
const DECLARED = new Map<string, ColumnType>(
  (
    [
      ['Int32', 'INTEGER', 'INT', 'INT2', 'TINYINT', 'SMALLINT', 'MEDIUMINT', 'SERIAL'],
      ['Int64', 'BIGINT', 'INT8', 'UNSIGNED BIG INT'],
      ['Float', 'FLOAT'],
      ['Double', 'REAL', 'DOUBLE', 'DOUBLE PRECISION', 'NUMERIC'],
      ['Numeric', 'DECIMAL'],
      ['Boolean', 'BOOLEAN'],
      ['Text', 'TEXT', 'CLOB', 'CHARACTER', 'VARCHAR', 'VARYING CHARACTER', 'NCHAR', 'NATIVE CHARACTER', 'NVARCHAR'],
      ['DateTime', 'DATETIME', 'TIMESTAMP'],
      ['Date', 'DATE'],
      ['Time', 'TIME'],
      ['Json', 'JSONB'],
      ['Bytes', 'BLOB'],
    ] as const
  ).flatMap(([type, ...names]) => names.map((name) => [name, ColumnTypeEnum[type]] as const)),
);

/** An argument of Prisma's as better-sqlite3 takes it. */
export function toParameter(value: unknown, type: ArgType | undefined): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return storedTime(value);
  if (typeof value !== 'string') return value;
  switch (type?.scalarType) {
    case 'int':
      return Number.parseInt(value, 10);
    case 'bigint':
      return BigInt(value);
    case 'float':
    case 'decimal':
      return Number.parseFloat(value);
    case 'datetime':
      return storedTime(new Date(value));
    case 'bytes':
      return Buffer.from(value, 'base64');
    default:
      return value;
  }
}

/** As all times are stored, so that they sort as text: `2024-01-01T00:00:00.000+00:00`. */
function storedTime(time: Date): string {
  return time.toISOString().replace('Z', '+00:00');
}

/** The types of a result's columns: as declared; what is computed says by its first value that isn't null. */
export function columnTypes(declared: readonly (string | null)[], rows: readonly unknown[][]): ColumnType[] {
  return declared.map(
    (type, column) =>
      DECLARED.get(type?.toUpperCase() ?? '') ?? inferType(rows.find((row) => row[column] !== null)?.[column]),
  );
}

function inferType(value: unknown): ColumnType {
  if (typeof value === 'string') return ColumnTypeEnum.Text;
  if (typeof value === 'bigint') return ColumnTypeEnum.Int64;
  if (typeof value === 'number') return ColumnTypeEnum.UnknownNumber;
  return value instanceof Uint8Array ? ColumnTypeEnum.Bytes : ColumnTypeEnum.Int32;
}

/** A value of better-sqlite3's, whose integers are BigInt, as Prisma takes it for a column of that type. */
export function toResult(value: unknown, type: ColumnType | undefined): unknown {
  if (typeof value !== 'number' && typeof value !== 'bigint') return value;
  if (type === ColumnTypeEnum.DateTime) return new Date(Number(value)).toISOString();
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  // SQLite keeps a fraction in an INTEGER column as it is.
  return type === ColumnTypeEnum.Int32 || type === ColumnTypeEnum.Int64 ? Math.trunc(value) : value;
}
