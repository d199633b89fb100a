import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { getCurrentTest } from 'vitest/suite';

const REPOSITORY = join(import.meta.dirname, '../..');

/** A start that takes longer than this hangs. */
const START_LIMIT_MS = 30_000;

interface ServerOptions {
  /**
   * Nothing else of ours is in its environment. HOST, PORT and DATABASE_URL (a new SQLite file) have defaults, and rate
   * limits are off.
   */
  env: Record<string, string>;
  /** The folder that holds `dist`; the repository's by default. */
  root?: string;
  /** A command that runs the one after it, in its own place: `['env', '-C', '/']` for instance. */
  under?: string[];
}

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** Every line so far; grows while it runs. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The pipe that its stdout comes through, to stop reading it or to close it. */
  readonly output: Readable;
  /** Sends a signal, and waits for nothing. */
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal (SIGTERM), waits for the end, and gives the exit code: null if the signal itself ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Kills it if it still runs, and removes its folder. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the built server in a process and a folder of its own, and resolves when it listens.
 *
 * @throws Error with all that it said, when it ends before it listens.
 */
export async function startServer({ env, root = REPOSITORY, under = [] }: ServerOptions): Promise<RunningServer> {
  // As its working folder: it must see neither our `.env` nor our data.
  const folder = mkdtempSync(join(tmpdir(), 'support-api-server-'));
  const { PATH = '' } = process.env;
  const defaults = {
    PATH,
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'support.db')}`,
    RATE_LIMIT_IP: '0',
    RATE_LIMIT_USER: '0',
    RATE_LIMIT_USER_BYTES: '0',
  };
  const [command = process.execPath, ...args] = [...under, process.execPath, join(root, 'dist/main.js')];
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...defaults, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Neither a test run that ends early nor a test that takes too long leaves a server behind.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  if (getCurrentTest() !== undefined) onTestFinished(kill);
  const limit = setTimeout(kill, START_LIMIT_MS);

  const stdout: string[] = [];
  const stderr: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const listening = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout.push(line);
      const port = portOf(line);
      if (port !== undefined) resolve(port);
    });
  });
  // 'close', not 'exit': what it said last has arrived by then.
  const ended = once(child, 'close').then(([code]: (number | null)[]) => {
    clearTimeout(limit);
    process.off('exit', kill);
    return code ?? null;
  });

  const port = await Promise.race([listening, ended.then(() => undefined)]);
  if (port === undefined || child.pid === undefined) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The server ended before it listened:\n${[...stdout, ...stderr].join('\n')}`);
  }
  clearTimeout(limit);

  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    stdout,
    stderr,
    output: child.stdout,
    signal: (signal) => void child.kill(signal),
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function portOf(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
  return msg === 'listening' ? port : undefined;
}
