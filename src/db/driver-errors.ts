import { AppError } from '../errors/app-error.js';

// Prisma's P-codes, PostgreSQL's SQLSTATEs, SQLite's names and Node's errno all come as `code`, and are disjoint.

/** Two transactions met and this one lost: running it again from its beginning may work. */
const CONFLICT = /^(?:P2034|40001|40P01)$/;

/**
 * The database is away, full, read-only, out of connections, or took too long. Not a defect of ours, and it may work
 * later. 08 connection, 25006 read-only, 25P03 idle in transaction, 28 access, 3D000 no such database, 53 resources,
 * 55P03 lock, 57 operator, 58 system; P1xxx connection, P2024 pool, P2028 transaction time, P2037 connections.
 */
const UNAVAILABLE = [
  /^(?:08\w{3}|25006|25P03|28\w{3}|3D000|53\w{3}|55P03|57\w{3}|58\w{3})$/,
  /^(?:P1000|P1001|P1002|P1003|P1008|P1010|P1011|P1017|P1018|P2024|P2028|P2037)$/,
  /^SQLITE_(?:BUSY|LOCKED|READONLY|IOERR|CANTOPEN|FULL|NOMEM|PROTOCOL)(?:_|$)/,
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/,
  /^(?:EACCES|EPERM|EROFS|EISDIR|ENOTDIR|ENOENT|ENOSPC|EDQUOT|EIO|EMFILE|ENFILE)$/,
];

/** What Prisma's adapters call the same where they keep no code. */
const UNAVAILABLE_KINDS = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
  'TransactionAlreadyClosed',
  'TransactionWriteConflict',
]);

/**
 * A commit had begun when the connection was lost or the time of the request was over: nobody knows whether it happened.
 * It counts as unavailable, and never as a conflict: to run it again could do it twice.
 */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';

  constructor(cause: unknown) {
    super('A commit had begun: nobody knows whether it happened', { cause });
  }
}

/** With which a connection ends on which PostgreSQL has said nothing for too long: nobody knows what it has done. */
export const SILENT = 'PostgreSQL has not answered in time: the connection is taken for lost';

/** What pg, pg-pool and better-sqlite3 throw as a plain Error, known by its text alone. */
const UNAVAILABLE_MESSAGES =
  /^(?:timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|The database connection is not open)/;

/**
 * The failure to tell a client of, for anything that database work threw: an AppError as it is, a database that can't
 * serve just now as SERVICE_UNAVAILABLE with the driver's error as its cause. Undefined for all else, which is a defect.
 */
export function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  return isUnavailable(error) ? new AppError('SERVICE_UNAVAILABLE', { cause: error }) : undefined;
}

/**
 * Whether a COMMIT that ended with `error` certainly did nothing: PostgreSQL refused it, or pg knew the connection to be
 * dead and never sent it. An error with which the server ends the connection (08, 57P, 58, XX) may come after the commit.
 */
export function isRefusedCommit(error: unknown): boolean {
  const { codes, message } = describe(error);
  return (
    codes.some((code) => /^\d\w{4}$/.test(code) && !/^(?:08|57P|58)/.test(code)) ||
    /^Client (?:has encountered a connection error|was closed)/.test(message)
  );
}

/** Whether the transaction that threw it may succeed if it is run once more. Nothing of it was committed. */
export function isConflict(error: unknown): boolean {
  const { codes, kind } = describe(error);
  return kind === 'TransactionWriteConflict' || codes.some((code) => CONFLICT.test(code)) || isStaleStatement(error);
}

/**
 * Whether pg and PostgreSQL don't agree on what is prepared on a connection: it isn't there (26000), it is there already
 * (42P05), or a migration has changed the columns that it gives. Nothing has happened. What is sent without a name works;
 * the connection is of no more use.
 */
export function isStaleStatement(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  return code === '26000' || code === '42P05' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** Whether the server ended the statement: after its time limit, or as somebody told it to. */
export function isCancelled(error: unknown): boolean {
  return describe(error).codes.includes('57014');
}

/** With which a connection is given up by us, though it may work: what is under way on it is run elsewhere. */
export const GIVEN_UP = 'Connection terminated: a statement on it took too long';

/** Whether the connection to PostgreSQL ended under it. One that was silent is not meant: another would be so too. */
export function isConnectionLost(error: unknown): boolean {
  const { codes, message } = describe(error);
  return (
    codes.some((code) => /^(?:08\w{3}|57P0[12]|ECONNRESET|EPIPE)$/.test(code)) ||
    /^(?:Connection terminated|Client has encountered a connection error)/.test(message)
  );
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof UnknownOutcomeError || isConflict(error)) return true;
  const { codes, kind, message } = describe(error);
  return (
    (kind !== undefined && UNAVAILABLE_KINDS.has(kind)) ||
    codes.some((code) => UNAVAILABLE.some((pattern) => pattern.test(code))) ||
    message === SILENT ||
    UNAVAILABLE_MESSAGES.test(message)
  );
}

interface DriverFailure {
  kind?: string;
  originalCode?: string;
}

/** Brings Prisma's errors (`meta.driverAdapterError`), its adapters' own (at COMMIT) and the drivers' to one shape. */
function describe(error: unknown): { codes: string[]; kind: string | undefined; message: string } {
  if (!(error instanceof Error)) return { codes: [], kind: undefined, message: '' };
  const { code, meta, cause } = error as Error & {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: DriverFailure } };
    cause?: DriverFailure;
  };
  const driver = meta?.driverAdapterError?.cause ?? (error.name === 'DriverAdapterError' ? cause : undefined);
  const codes = [code, driver?.originalCode].filter((value): value is string => typeof value === 'string');
  return { codes, kind: driver?.kind, message: error.message };
}
