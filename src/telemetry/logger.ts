import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from '../config/config.js';

/** How much may wait for whoever reads stdout, in characters. */
const BACKLOG = 8 * 1024 * 1024;
/** Lines are written together: so many characters of them, or what has come in so long (docs/performance.md). */
const BATCH = 15 * 1024;
const BATCH_MS = 20;

/**
 * Structured logs, one JSON object a line, on stdout unless told otherwise. What could hold a secret or a customer's
 * words is cut out.
 */
export function createLogger(config: Pick<Config, 'LOG_LEVEL'>, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level: config.LOG_LEVEL,
    base: { service: 'support-api' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['req', 'headers', '*.headers', '*.authorization'], remove: true },
    // The stack and code of a failure, and no more: drivers hang queries with their values on their errors.
    serializers: { err: describe },
  };
  return destination ? pino(options, destination) : stdoutLogger(options);
}

/**
 * Writes without waiting: a reader that hangs must not hold up requests. Beyond the backlog lines are dropped and counted;
 * without a reader (EPIPE) all are. At exit the waiting lines are written as far as the reader takes them at once.
 */
function stdoutLogger(options: LoggerOptions): Logger {
  let dropped = 0;
  const stream = pino.destination({
    // Of process.stdout, which sets a pipe so that a write to it never blocks.
    dest: process.stdout.fd,
    sync: false,
    maxLength: BACKLOG,
    minLength: BATCH,
  });
  // pino calls it after a fatal line and at exit.
  stream.flushSync = () => writeBacklog(stream as unknown as Backlog);
  let due = false;
  let missed = false;
  const writeSoon = () => {
    due = false;
    // SonicBoom does nothing then: what has come since it began to write would wait for the next line to come.
    missed = (stream as unknown as Backlog)._writing;
    stream.flush();
  };
  stream.on('drain', () => {
    if (missed) writeSoon();
  });
  const streamWrite = (line: string) => {
    if (!due) setTimeout(writeSoon, BATCH_MS);
    due = true;
    return line;
  };
  const logger = pino({ ...options, hooks: { streamWrite } }, stream);
  stream.on('drop', () => {
    dropped += 1;
  });
  stream.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    logger.warn({ lines }, 'log lines were dropped: nobody read them fast enough');
  });
  return logger;
}

/** What SonicBoom, pino's stream, keeps until it is written. */
interface Backlog {
  readonly fd: number;
  readonly _bufs: string[];
  /** Its first part; on its way while `_writing`. */
  readonly _writingBuf: string;
  readonly _writing: boolean;
}

/**
 * For a process that ends: writes what waits, as far as the reader takes it at once. SonicBoom's own way tries again for as
 * long as it fails, also where the reader has gone (sonic-boom 4.2): the process would never end.
 */
function writeBacklog({ fd, _bufs, _writingBuf, _writing }: Backlog): void {
  let rest = Buffer.from([_writing ? '' : _writingBuf, ..._bufs.splice(0)].join(''));
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  } catch {
    // Nobody reads, or not fast enough.
  }
}

/**
 * Resolves when all lines are with their reader, or after `ms`. What is still being written when the process exits may
 * come after the lines that the exit writes.
 */
export async function flushLog(logger: Logger, ms: number): Promise<void> {
  const flushed = new Promise<void>((resolve) => logger.flush(() => resolve()));
  await Promise.race([flushed, sleep(ms)]);
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: describe(cause) }),
  };
}
