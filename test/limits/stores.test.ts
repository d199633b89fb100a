import { createHash, randomUUID } from 'node:crypto';
import dns from 'node:dns';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { newId } from '../../src/schema/ids.js';
import { S3Store } from '../../src/storage/s3/s3-store.js';
import { startApp, type TestApp } from '../support/app.js';
import { filesBelow, filesKept, PNG, storedBytes, TEXT, upload } from '../support/files.js';
import { restClient } from '../support/rest-client.js';
import { type S3Server, startS3 } from '../support/s3-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { TestClock } from '../support/test-clock.js';
import { dataOf, newUser } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const token = () => customerToken(newUser(), { exp: undefined });

async function linkTo(server: TestApp, body: Buffer, name: string): Promise<{ url: string; fileId: string }> {
  const user = token();
  const { fileId } = dataOf(await upload(server.url, user, body, { name }));
  return (await restClient(server.url, user).get(`/support/files/${fileId}`)).body.data;
}

describe('files in a folder', () => {
  it('are for their owner alone', async () => {
    await using server = await startApp();
    dataOf(await upload(server.url, token(), PNG));
    const [path = ''] = filesBelow(server.filesFolder);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('files in a bucket', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3[Symbol.asyncDispose]());
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('are read from the bucket itself, for as long as a link is good, with the name and the type that they have', async () => {
    await using server = await startApp({ env: s3.env });
    const { url } = await linkTo(server, PNG, 'Shot + 1.png');
    expect(url).toMatch(new RegExp(`^${s3.env.S3_ENDPOINT}/support-files/file_[^+]+$`));
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'inline; filename="Shot + 1.png"',
      'cache-control': 'private, max-age=360',
    });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG);
    const text = await linkTo(server, TEXT, 'a.txt');
    expect((await fetch(text.url)).headers.get('content-disposition')).toBe('attachment; filename="a.txt"');
    for (const changed of [url.replace('inline', 'attachment'), url.replace(/file_[^?]+/, text.fileId)]) {
      expect((await fetch(changed)).status).toBe(403);
    }
  });

  it('have the same link within a minute, which ends after 5 minutes at the earliest', async () => {
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    // The server of the bucket has this process's clock: the minute doesn't end before the test.
    vi.useFakeTimers({ toFake: ['Date'], now: minute + 1_000 });
    const clock = new TestClock(minute - 301_000);
    await using server = await startApp({ env: s3.env, clock });
    const user = token();
    const { fileId } = dataOf(await upload(server.url, user, PNG));
    const ask = async () => (await restClient(server.url, user).get(`/support/files/${fileId}`)).body.data;
    const first = await ask();
    // Made in the minute before the last five.
    expect(Date.parse(first.urlExpiresAt)).toBe(minute);
    expect((await fetch(first.url)).status).toBe(403);
    clock.advance(1000);
    const second = await ask();
    expect(Date.parse(second.urlExpiresAt)).toBe(minute + 60_000);
    clock.advance(59_000);
    expect((await ask()).url).toBe(second.url);
    expect((await fetch(second.url)).status).toBe(200);
  });

  it('are found by the bucket’s own name of a host', async () => {
    const lookup = dns.lookup;
    const asked: string[] = [];
    // @ts-expect-error: one of its forms, as Node calls it.
    vi.spyOn(dns, 'lookup').mockImplementation((host: string, options: object, done: () => void) => {
      asked.push(host);
      lookup('127.0.0.1', options, done);
    });
    await using hosts = await startS3({ allowMismatchedSignatures: true });
    const endpoint = `http://s3.example.test:${hosts.port}`;
    await using server = await startApp({ env: { ...hosts.env, S3_ENDPOINT: endpoint, S3_PATH_STYLE: 'false' } });
    const { fileId } = dataOf(await upload(server.url, token(), PNG));
    expect(await storedBytes(server, fileId)).toEqual(PNG);
    expect(await filesKept(server)).toEqual([fileId]);
    await server.store.remove(fileId);
    expect(await storedBytes(server, fileId)).toBeUndefined();
    expect(new Set(asked)).toEqual(new Set(['127.0.0.1', 'support-files.s3.example.test']));
    const { url } = await linkTo(server, PNG, 'Bild ä (1).png');
    expect(url).toMatch(/^http:\/\/support-files\.s3\.example\.test:\d+\/file_/);
    expect((await fetch(url)).headers.get('content-disposition')).toBe(
      `inline; filename="Bild _ (1).png"; filename*=UTF-8''Bild%20%C3%A4%20%281%29.png`,
    );
  });

  it('that is away are a 503: nothing is half made, everything else goes on, and so do files once it is back', async () => {
    await using server = await startApp({ env: { ...s3.env, S3_PRESIGNED_LINKS: 'false', LOG_LEVEL: 'error' } });
    const { url } = await linkTo(server, PNG, 'a.png');
    const before = [await filesKept(server), await server.db.reader.file.count()];
    const user = token();
    await s3.stop();
    expect(await upload(server.url, user, PNG)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect((await fetch(server.url + url)).status).toBe(503);
    expect(server.logs).toMatchObject([{ err: { code: 'ECONNREFUSED' } }, { err: { code: 'ECONNREFUSED' } }]);
    expect((await restClient(server.url, user).get('/support/tickets')).status).toBe(200);
    expect(filesBelow(server.filesFolder)).toEqual([]);
    await s3.start();
    expect([await filesKept(server), await server.db.reader.file.count()]).toEqual(before);
    dataOf(await upload(server.url, user, PNG));
    expect((await fetch(server.url + url)).status).toBe(200);
  });

  it('whose key is wrong, or whose bucket is not there, are a 503, and the log says which, but no secret', async () => {
    const wrong = [
      { S3_SECRET_ACCESS_KEY: 'another-secret' },
      { S3_ACCESS_KEY_ID: 'another-key' },
      { S3_BUCKET: 'another-bucket' },
    ];
    const causes = ['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'NoSuchBucket'];
    for (const [index, settings] of wrong.entries()) {
      await using server = await startApp({ env: { ...s3.env, ...settings, LOG_LEVEL: 'error' } });
      expect(await upload(server.url, token(), PNG)).toMatchObject({ status: 503 });
      await expect(server.store.read(newId('file'))).rejects.toThrow('neither stored nor read');
      expect(JSON.stringify(server.logs)).toContain(`(${causes[index]}) to a PUT`);
      expect(JSON.stringify(server.logs)).not.toMatch(/another-secret|S3RVER/);
    }
  });

  it('are stored though a connection breaks, and are not where nobody answers', async () => {
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: s3.port });
    const folder = mkdtempSync(join(tmpdir(), 'support-api-s3-'));
    const options = {
      incoming: folder,
      prefix: `${randomUUID()}/`,
      presigned: false,
      endpoint: `http://127.0.0.1:${proxy.port}`,
      bucket: s3.env.S3_BUCKET ?? '',
      region: 'us-east-1',
      pathStyle: true,
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      silentMs: 300,
    };
    const store = new S3Store(options);
    const path = join(folder, 'file');
    const large = Buffer.alloc(5_000_000, 'x');
    writeFileSync(path, large);
    const sha256 = createHash('sha256').update(large).digest('hex');
    const file = { path, size: large.length, type: 'text/plain', sha256 };
    const [first, second] = [newId('file'), newId('file')];
    for (const what of ['breaks before it arrives', 'breaks before the answer'] as const) {
      proxy.trap('PUT /', what);
      await store.put(first, file);
    }
    const bytes = await store.read(first);
    expect(Buffer.concat((await bytes?.toArray()) ?? []).equals(large)).toBe(true);
    proxy.silence();
    await expect(store.put(second, file)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      cause: { message: 'S3 has said nothing for 300 ms' },
    });
    proxy.passNew();
    expect(await store.read(second)).toBeUndefined();
    // Whoever copies tries it again: it must not be removed behind their back.
    proxy.trap('PUT /', 'is silent from the answer on');
    const forCopies = new S3Store({ ...options, leavesUnsure: true });
    await expect(forCopies.put(second, file)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    proxy.cutSilent();
    expect(Buffer.concat((await (await store.read(second))?.toArray()) ?? []).equals(large)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

it('a bucket without its keys, keys without a bucket, and an address without its path refuse the start', () => {
  const faultsOf = (env: Record<string, string>) => {
    try {
      loadConfig({ JWT_SECRET: 'x'.repeat(32), ...env });
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(faultsOf({ S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'a' })).toBe('S3_SECRET_ACCESS_KEY must be set as well');
  expect(faultsOf({ S3_ENDPOINT: 'https://s3.example.com' })).toContain('S3_BUCKET must be set as well');
  const address = { PUBLIC_URL: 'https://example.com/helpdesk' };
  expect(faultsOf(address)).toBe('PUBLIC_URL must end with PUBLIC_PATH, the path that your proxy takes off');
  expect(faultsOf({ ...address, PUBLIC_PATH: '/helpdesk' })).toBe('none');
  expect(faultsOf({ PUBLIC_URL: 'https://example.com' })).toBe('none');
  expect(faultsOf({ S3_BUCKET: 'No Bucket' })).toBe('S3_BUCKET must be the name of a bucket');
  expect(faultsOf({ S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' })).toBe('none');
});
