import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';

/** Room for a migrated database, and for some hundred writes. */
const KIB = 1500;
const FULL_FOR = 40;

interface Disk {
  /** A folder on it. */
  folder: string;
  /** What the server is to run under, so that it is full when it is. */
  under?: string[];
  /** From now on there is room. */
  enlarge(server: RunningServer): void;
  remove(): void;
}

/** No file may become larger. Needs no rights, but it is not the error that a full disk gives. */
function limitedFiles(folder: string, kib: number): Disk {
  return {
    folder,
    under: ['bash', '-c', `ulimit -S -f ${kib}; exec "$@"`, 'bash'],
    enlarge: ({ pid }) => void execFileSync('prlimit', ['--pid', String(pid), '--fsize=unlimited']),
    remove: () => {},
  };
}

/** A file system of its own that is really full. */
function tmpfs(folder: string, kib: number): Disk {
  const mounted = join(folder, 'disk');
  mkdirSync(mounted);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', mounted]);
  return {
    folder: mounted,
    enlarge: () => void execFileSync('mount', ['-o', 'remount,size=100m', mounted]),
    remove: () => void execFileSync('umount', ['--lazy', mounted]),
  };
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  if (status === 0) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return status === 0;
}

const disks: [string, boolean, (folder: string, kib: number) => Disk][] = [
  ['a limit on the size of files', process.platform === 'linux', limitedFiles],
  ['a file system without room', process.platform === 'linux' && canMount(), tmpfs],
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'support-api-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(disks)('SQLite on %s', (_name, possible, makeDisk) => {
  it.runIf(possible)(
    'refuses writes, goes on to read, and recovers by itself when there is room',
    async ({ annotate }) => {
      const disk = makeDisk(folder, KIB);
      try {
        const path = join(disk.folder, 'support.db');
        await using server = await startServer({
          env: { ...LOAD_ENV, DATABASE_URL: `file:${path}` },
          ...(disk.under && { under: disk.under }),
        });
        const load = startLoad([server.url]);
        await load.until(({ writes }) => {
          const last = writes.slice(-FULL_FOR);
          return last.length === FULL_FOR && last.every(({ fate }) => fate === 'refused');
        });
        const whileFull = await restClient(server.url, customerToken('user_0')).get('/support/tickets');
        expect(whileFull.status).toBe(200);
        expect(whileFull.body.data.length).toBeGreaterThan(0);
        expect((await restClient(server.url).get('/health/live')).status).toBe(200);

        disk.enlarge(server);
        await load.everyUserIs('acknowledged');
        const ledger = await load.stop();
        expect(ledger.faults).toEqual([]);
        expect(ledger.count('unanswered')).toBe(0);
        const { checked, contradictions } = await readBack(server.url, ledger);
        expect(contradictions).toEqual([]);
        expect(await server.stop()).toBe(0);

        const database = openSqlite(path, { readonly: true });
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
        database.close();
        await annotate(`${checked} acknowledged writes found, ${ledger.count('refused')} refused`);
      } finally {
        disk.remove();
      }
    },
  );

  it.runIf(possible)('without room for its tables, it says so in one line and does not start', async () => {
    const disk = makeDisk(folder, 16);
    try {
      const start = startServer({
        env: { ...LOAD_ENV, DATABASE_URL: `file:${join(disk.folder, 'support.db')}` },
        ...(disk.under && { under: disk.under }),
      });
      await expect(start).rejects.toThrow(
        /^The server ended before it listened:\nsupport-api: The database of DATABASE_URL can't be used just now: [^\n]+$/,
      );
    } finally {
      disk.remove();
    }
  });
});
