import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { filesBelow, PNG, upload } from '../support/files.js';
import { openConnection } from '../support/raw-connection.js';
import { restClient } from '../support/rest-client.js';
import { dataOf, newUser } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const token = () => customerToken(newUser());
const head = (bearer: string, length: number, more = '') =>
  `POST /support/files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\nContent-Length: ${length}\r\n${more}\r\n`;
const incoming = ({ filesFolder }: TestApp) => filesBelow(filesFolder).filter((path) => path.includes('incoming'));

async function nothingIsLeft(server: TestApp): Promise<void> {
  await expect.poll(() => filesBelow(server.filesFolder)).toEqual([]);
  expect(await server.db.reader.file.count()).toBe(0);
}

describe('an upload', () => {
  it('that stands still is a 408, and nothing of it is left', async () => {
    await using server = await startApp({ env: { UPLOAD_IDLE_TIMEOUT_MS: '300' } });
    using connection = await openConnection(server.url);
    connection.write(`${head(token(), 1000)}Some text`);
    await connection.ended;
    expect(connection.answers()).toMatchObject([
      { status: 408, headers: { connection: 'close' }, body: { error: { code: 'REQUEST_TIMEOUT' } } },
    ]);
    await nothingIsLeft(server);
  });

  it('may take far longer than other requests, as long as something comes', async () => {
    await using server = await startApp({ env: { REQUEST_TIMEOUT_MS: '1500', UPLOAD_IDLE_TIMEOUT_MS: '30000' } });
    using connection = await openConnection(server.url);
    connection.write(head(token(), 150));
    await connection.drip('x'.repeat(150));
    const [answer] = await connection.receive(1);
    expect(answer).toMatchObject({ status: 200, body: { data: { size: 150, type: 'text/plain' } } });
  });

  it('of whatever slowness takes no place among the calls', async () => {
    await using server = await startApp({ env: { MAX_IN_FLIGHT: '20' } });
    const users = [token(), token(), token()];
    const slow = await Promise.all(
      users
        .flatMap((user) => Array.from({ length: 10 }, () => user))
        .map(async (user) => {
          const connection = await openConnection(server.url);
          connection.write(`${head(user, 1000)}x`);
          return connection;
        }),
    );
    await expect.poll(() => incoming(server).length).toBe(30);
    expect((await restClient(server.url, token()).get('/support/tickets')).status).toBe(200);
    expect((await upload(server.url, token(), PNG)).ok).toBe(true);
    for (const connection of slow) connection[Symbol.dispose]();
    await expect.poll(() => incoming(server)).toEqual([]);
  });

  it('is asked for its bytes only if they are going to be read', async () => {
    await using server = await startApp({ env: { FILE_MAX_BYTES: '2000' } });
    using refused = await openConnection(server.url);
    refused.write(head(token(), 2001, 'Expect: 100-continue\r\n'));
    expect(await refused.receive(1)).toMatchObject([{ status: 413 }]);
    await nothingIsLeft(server);
  });

  it('counts in the user’s bytes of a minute', async () => {
    await using server = await startApp({
      env: { FILE_MAX_BYTES: '2000', RATE_LIMIT_USER_BYTES: '5000', FILE_USER_BYTES: '0' },
    });
    const user = token();
    const file = Buffer.alloc(2000, 'x');
    for (let count = 0; count < 2; count += 1) dataOf(await upload(server.url, user, file, { name: 'a.txt' }));
    expect(await upload(server.url, user, file, { name: 'a.txt' })).toMatchObject({ status: 429 });
  });

  it('that has no place to be stored is a 503, and everything else goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'support-api-away-'));
    writeFileSync(join(folder, 'file'), '');
    await using server = await startApp({ env: { FILES_FOLDER: join(folder, 'file', 'files'), LOG_LEVEL: 'error' } });
    const user = token();
    expect(await upload(server.url, user, PNG)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(server.logs).toMatchObject([{ err: { code: 'ENOTDIR' } }]);
    expect(await server.db.reader.file.count()).toBe(0);
    expect((await restClient(server.url, user).get('/support/tickets')).status).toBe(200);
    rmSync(folder, { recursive: true });
  });
});

describe('a disk without room', () => {
  const mounted = mkdtempSync(join(tmpdir(), 'support-api-disk-'));
  const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', mounted]).status === 0;

  it.skipIf(!canMount)('is a 503, leaves nothing, and takes files again once there is room', async () => {
    try {
      mkdirSync(join(mounted, 'files'));
      await using server = await startApp({ env: { FILES_FOLDER: join(mounted, 'files'), LOG_LEVEL: 'error' } });
      const large = Buffer.alloc(200_000, 'x');
      const user = token();
      expect(await upload(server.url, user, large, { name: 'a.txt' })).toMatchObject({ status: 503 });
      expect(server.logs).toMatchObject([{ err: { code: 'ENOSPC' } }]);
      await nothingIsLeft(server);
      execFileSync('mount', ['-o', 'remount,size=10m', mounted]);
      expect(dataOf(await upload(server.url, user, large, { name: 'a.txt' })).size).toBe(200_000);
    } finally {
      execFileSync('umount', ['--lazy', mounted]);
      rmSync(mounted, { recursive: true, force: true });
    }
  });
});
