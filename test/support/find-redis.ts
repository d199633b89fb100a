import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';

export interface RedisServer extends AsyncDisposable {
  /** For REDIS_URL. */
  readonly url: string;
}

const LOCAL = 'redis://127.0.0.1:6379';

/**
 * A real Redis to test on: TEST_REDIS_URL, else a server at 127.0.0.1:6379 that lets us in, else one that we start, where
 * `redis-server` is installed. undefined where there is none of these.
 *
 * @throws where TEST_REDIS_URL is set and doesn't let us in, and in CI where there is none: nothing is skipped there.
 */
export async function findRedis(): Promise<RedisServer | undefined> {
  const given = process.env.TEST_REDIS_URL;
  if (given) {
    await probe(given);
    return { url: given, [Symbol.asyncDispose]: async () => {} };
  }
  if (await probe(LOCAL).catch(() => false)) return { url: LOCAL, [Symbol.asyncDispose]: async () => {} };
  const started = await startRedis();
  if (started === undefined && process.env.CI) throw new Error('CI needs a Redis: set TEST_REDIS_URL or install one');
  return started;
}

async function probe(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null });
  // The reason is in what connect() rejects with.
  client.on('error', () => {});
  await client.connect();
  client.disconnect();
  return true;
}

/** Starts a Redis of our own on a free port, in memory only; undefined where none is installed. */
async function startRedis(): Promise<RedisServer | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-redis-'));
  const port = await freePort();
  const options = { port, bind: '127.0.0.1', save: '', dir: folder };
  const child = spawn(
    'redis-server',
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ready = new Promise<boolean>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (/ready to accept connections/i.test(line)) resolve(true);
    });
    child.once('error', () => resolve(false));
    child.once('exit', () => resolve(false));
  });
  const stop = async () => {
    process.off('exit', kill);
    if (child.exitCode === null && child.pid !== undefined) {
      kill();
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  if (await ready) return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
  await stop();
  return undefined;
}
