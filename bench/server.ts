import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { TEST_SECRET } from '../test/support/tokens.js';

const root = join(import.meta.dirname, '..');

export const SERVERS = {
  ours: { what: 'Support API, as shipped', args: ['dist/main.js'] },
  floor: {
    what: 'Fastify, @fastify/jwt and the raw driver, by hand',
    args: ['--import', 'tsx', 'bench/servers/floor.ts'],
  },
  plain: {
    what: 'tRPC, trpc-to-openapi and Prisma, as documented',
    args: ['--import', 'tsx', 'bench/servers/plain.ts'],
  },
} as const;

export type ServerName = keyof typeof SERVERS;

/** The tests' own, so that their load fits these servers. */
export const SECRET = TEST_SECRET;

export interface Usage {
  cpuUs: number;
  rssBytes: number;
  peakRssKb: number;
}

export interface BenchServer {
  readonly url: string;
  /** From the start of the process to its line that it listens. */
  readonly startMs: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** Starts a server in production mode on a database that is there, and resolves when it listens. */
export async function startServer(name: ServerName, databaseUrl: string): Promise<BenchServer> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', './bench/servers/report-usage.mjs', ...SERVERS[name].args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      JWT_SECRET: SECRET,
      SQLITE_SYNCHRONOUS: 'FULL',
      // The load comes from one address, and from few users.
      RATE_LIMIT_IP: '0',
      MAX_CONNECTIONS_PER_ADDRESS: '4096',
      RATE_LIMIT_USER: '0',
      RATE_LIMIT_USER_BYTES: '0',
    },
  });
  const port = await listening(child);
  const startMs = performance.now() - startedAt;
  return {
    url: `http://127.0.0.1:${port}`,
    startMs,
    async usage() {
      const answer = once(child, 'message');
      child.send('usage');
      const [usage] = (await answer) as [Usage];
      return usage;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** The port, when it listens. Rejects if it ends before. */
export function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened`)));
    const stdout = child.stdout as Readable;
    let log = '';
    stdout.on('data', function read(text: Buffer) {
      log += text;
      const port = /"port":(\d+)[^\n]*"msg":"listening"/.exec(log)?.[1];
      if (port === undefined) return;
      // Its log is taken to the end, as a full pipe would stop it, and not looked at: that would take of its processor time.
      stdout.off('data', read).resume();
      resolve(Number(port));
    });
  });
}
