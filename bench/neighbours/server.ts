import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening, SECRET } from '../server.js';

/** What has been since it was asked the last time. */
export interface Stalls {
  /** For how long the event loop did nothing else, at most; without the time in which the machine ran others (on Linux). */
  loopHeldMs: number;
  /** With it. */
  loopLateMs: number;
  peakRssBytes: number;
}

export interface AttackedServer {
  readonly url: string;
  /** How it ended by itself; undefined while it lives. */
  readonly death: string | undefined;
  /** @throws where it has ended, or says nothing for HANG_MS: then it is killed, and that is its death. */
  stalls(): Promise<Stalls>;
  stop(): Promise<void>;
}

/** Longer than any attack's requests can hold it. */
const HANG_MS = 120_000;
/** It has shut down by then, or never will. */
const STOP_MS = 25_000;

/** In place of a checkout: the server written by hand, which has no limits (bench/servers/floor.ts). It doesn't migrate. */
export const FLOOR = 'floor';

/**
 * Starts the built server of a checkout as shipped, with the default limits unless `settings` has others, on a database that
 * it migrates if need be; or the floor.
 */
export async function startAttackedServer(
  checkout: string,
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<AttackedServer> {
  const preload = join(import.meta.dirname, 'report-stalls.mjs');
  const main =
    checkout === FLOOR
      ? ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, '../servers/floor.ts')]
      : [join(checkout, 'dist/main.js')];
  const child = spawn(process.execPath, ['--import', preload, ...main], {
    // Where it finds no .env of ours.
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      JWT_SECRET: SECRET,
      ...settings,
    },
  });
  let death: string | undefined;
  const exited = once(child, 'exit').then(([code, signal]: (string | number | null)[]) => {
    death ??= signal === null ? `exit ${code}` : String(signal);
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  void exited.then(() => process.off('exit', kill));

  const port = await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    get death() {
      return death;
    },
    async stalls() {
      const answer = new Promise<Stalls>((resolve) => child.once('message', (stalls: Stalls) => resolve(stalls)));
      // The channel of one that has just ended.
      child.send('stalls', () => {});
      const hang = setTimeout(() => {
        death ??= `nothing said for ${HANG_MS / 1000} s`;
        kill();
      }, HANG_MS);
      const stalls = await Promise.race([answer, exited]);
      clearTimeout(hang);
      if (stalls === undefined) throw new Error(`The server has ended: ${death}`);
      return stalls;
    },
    async stop() {
      const limit = setTimeout(kill, STOP_MS);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(limit);
    },
  };
}
