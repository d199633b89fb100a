import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startApp } from '../support/app.js';
import { PNG, upload } from '../support/files.js';
import { openConnection } from '../support/raw-connection.js';
import { dataOf, newUser } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const METRICS_TOKEN = 'a-token-for-the-metrics';

it('what became of uploads, and what the store could not do, is counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-counted-'));
  await using server = await startApp({ env: { METRICS_TOKEN, FILES_FOLDER: folder } });
  const metrics = async () => {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    return (await fetch(`${server.url}/metrics`, { headers })).text();
  };
  const counted = async () => {
    const lines = [...(await metrics()).matchAll(/^support_(?:upload|file)(\S*(?:_count|_total)\S*) (\d+)$/gm)];
    return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
  };
  const user = customerToken(newUser());
  const withKey = { headers: { 'idempotency-key': 'k' } };
  for (let times = 0; times < 2; times += 1) dataOf(await upload(server.url, user, PNG, withKey));
  expect(await upload(server.url, user, PNG, { name: 'a.pdf' })).toMatchObject({ status: 415 });
  const left = await openConnection(server.url);
  left.write(
    `POST /support/files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user}\r\nContent-Length: 10\r\n\r\nx`,
  );
  await vi.waitFor(async () => expect(await metrics()).toContain('support_uploads 1'));
  left[Symbol.dispose]();
  await vi.waitFor(async () => expect(await metrics()).toContain('support_uploads 0'));
  // Where the folder of the next file is to be, there is something else.
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const time of [Date.now(), Date.now() + 60_000]) {
    writeFileSync(join(folder, time.toString(16).padStart(12, '0').slice(0, 6)), '');
  }
  expect(await upload(server.url, user, PNG)).toMatchObject({ status: 503 });
  expect(await counted()).toEqual({
    '_duration_seconds_count{outcome="stored"}': 1,
    '_duration_seconds_count{outcome="replayed"}': 1,
    '_duration_seconds_count{outcome="refused"}': 1,
    '_duration_seconds_count{outcome="aborted"}': 1,
    '_duration_seconds_count{outcome="failed"}': 1,
    ed_bytes_total: PNG.length,
    '_store_errors_total{operation="put"}': 1,
    _leftovers_total: 0,
  });
});
