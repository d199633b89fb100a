import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { exactRequest } from '../../support/exact-request.js';
import {
  DOCX,
  filesBelow,
  filesKept,
  GIF,
  HEIC,
  JPEG,
  PDF,
  PNG,
  storedBytes,
  TEXT,
  upload,
  WEBP,
  XLSX,
  zip,
} from '../../support/files.js';
import { openConnection } from '../../support/raw-connection.js';
import { restClient } from '../../support/rest-client.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, pathsOf } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

const clock = new TestClock();
let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock });
});
afterAll(() => server[Symbol.asyncDispose]());

// Some tests let a day pass.
const token = () => customerToken(newUser(), { exp: undefined });
const send = (body: Parameters<typeof upload>[2], name?: string, headers?: Record<string, string>) =>
  upload(server.url, token(), body, { ...(name !== undefined && { name }), ...(headers && { headers }) });

/** A call that must leave neither a row nor a byte. */
async function withoutTrace<T>(call: () => Promise<T>): Promise<T> {
  const look = async () => ({
    rows: await server.db.reader.file.count(),
    keys: await server.db.reader.idempotencyRecord.count(),
    files: await filesKept(server),
  });
  const before = await look();
  const result = await call();
  expect(await look()).toEqual(before);
  return result;
}

describe('an upload', () => {
  it('is stored whole, for its owner alone, and told of', async () => {
    const { expiresAt, ...file } = dataOf(await send(PNG, 'Screenshot 1.png'));
    expect(file).toEqual({
      fileId: expect.stringMatching(/^file_[0-9a-f-]{36}$/),
      name: 'Screenshot 1.png',
      size: PNG.length,
      type: 'image/png',
    });
    expect(Date.parse(expiresAt) - clock.now().getTime()).toBe(24 * 3_600_000);
    expect(await storedBytes(server, file.fileId)).toEqual(PNG);
    expect(await server.db.reader.file.findUnique({ where: { id: file.fileId } })).toMatchObject({
      sha256: createHash('sha256').update(PNG).digest('hex'),
      ticketId: null,
    });
  });

  it('of megabytes comes in chunks of any size, without its length', async () => {
    const large = Buffer.concat([PNG, Buffer.alloc(3_000_000, 7)]);
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (at >= large.length) return controller.close();
        controller.enqueue(large.subarray(at, at + 70_001));
        at += 70_001;
      },
    });
    const { fileId, size } = dataOf(await send(body));
    expect(size).toBe(large.length);
    expect((await storedBytes(server, fileId))?.equals(large)).toBe(true);
  });

  const types: [name: string, body: Buffer, type: string][] = [
    ['a.png', PNG, 'image/png'],
    ['a.JPEG', JPEG, 'image/jpeg'],
    ['a.gif', GIF, 'image/gif'],
    ['a.webp', WEBP, 'image/webp'],
    ['a.heic', HEIC, 'image/heic'],
    ['a.pdf', PDF, 'application/pdf'],
    ['a.txt', TEXT, 'text/plain'],
    ['a.csv', Buffer.from('a;b\r\n1;2\r\n'), 'text/csv'],
    ['latin.csv', Buffer.from('Stra\xdfe;\xc4\r\n', 'latin1'), 'text/csv'],
    ['a.docx', DOCX, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['a.xlsx', XLSX, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ];
  it.each(types)('called %s has the type of what is in it', async (name, body, type) => {
    expect(dataOf(await send(body, name, { 'content-type': 'application/x-www-form-urlencoded' }))).toMatchObject({
      name,
      type,
    });
  });

  const names: [sent: string, kept: string][] = [
    ['../../etc/passwd', 'passwd.png'],
    ['C:\\Users\\me\\shot.png', 'shot.png'],
    ['a\u0001b\r\nc.png', 'abc.png'],
    ['\u202egnp.exe', 'gnp.exe.png'],
    ['photo.jpg', 'photo.jpg.png'],
    ['  .. ', 'file.png'],
    ['.htaccess', 'htaccess.png'],
    ['\ud83d\ude00'.repeat(300), `${'\ud83d\ude00'.repeat(96)}.png`],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(96)}.png`],
    ['e\u0301.png', 'é.png'],
    ['"a";filename*=b.png', 'a;filename=b.png'],
  ];
  it.each(names)('called %j is kept as %j', async (sent, kept) => {
    expect(dataOf(await send(PNG, sent)).name).toBe(kept);
  });

  it('under a key is done once: sent again, it gets the first answer, and another file is refused', async () => {
    const user = token();
    const withKey = { name: 'a.png', headers: { 'idempotency-key': 'k' } };
    const first = await upload(server.url, user, PNG, withKey);
    const again = await withoutTrace(() => upload(server.url, user, PNG, withKey));
    expect(dataOf(again)).toEqual(dataOf(first));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await withoutTrace(() => upload(server.url, user, GIF, { ...withKey, name: 'a.png' }));
    expect(other).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

describe('an upload is refused, and leaves nothing behind,', () => {
  const bomb = zip({ '[Content_Types].xml': Buffer.alloc(2_000_000, 60), 'word/document.xml': '<w/>' }, 2 ** 31);
  const cases: [what: string, body: Buffer, name: string, status: number, headers?: Record<string, string>][] = [
    ['without a byte', Buffer.alloc(0), 'a.png', 400],
    ['without a name', PNG, '', 400],
    ['with U+0000 in its name', PNG, 'a\0.png', 400],
    ['with a name of 10,000 characters', PNG, 'x'.repeat(10_000), 400],
    ['of a program', Buffer.from('\x7fELF\x02\x01\x01'.padEnd(200, '\0'), 'latin1'), 'a.png', 415],
    ['of bytes that are nothing', Buffer.from('00ff10fe', 'hex'), 'a.txt', 415],
    ['of text that says that it is a picture', Buffer.from('<script>alert(1)</script>'), 'a.png', 415],
    ['of a picture that says that it is a document', PNG, 'a.pdf', 415],
    ['of an SVG', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.svg', 415],
    ['of an archive', zip({ 'a.txt': 'a' }), 'a.zip', 415],
    ['of an archive that says that it is a document', zip({ 'a.txt': 'a' }), 'a.docx', 415],
    ['of a document that would unpack to gigabytes', bomb, 'a.docx', 415],
    ['in a form', PNG, 'a.png', 415, { 'content-type': 'multipart/form-data; boundary=x' }],
    ['compressed', PNG, 'a.png', 415, { 'content-encoding': 'gzip' }],
  ];
  it.each(cases)('%s', async (_what, body, name, status, headers = {}) => {
    expect(await withoutTrace(() => send(body, name, headers))).toMatchObject({ status });
  });

  it('without a token, before any of it is read', async () => {
    expect(await withoutTrace(() => upload(server.url, undefined, PNG))).toMatchObject({ status: 401 });
  });

  it('over tRPC, where there is no such body', async () => {
    const { status, body } = await withoutTrace(() =>
      restClient(server.url, token()).post('/trpc/support.files.upload', { name: 'a.png' }),
    );
    expect([status, body.error.message]).toEqual([400, 'Invalid file']);
    expect(body.error.data.details[0].message).toContain('POST /support/files');
  });

  it('with a field that it does not know', async () => {
    const query = 'name=a.png&type=x';
    const headers = [['authorization', `Bearer ${token()}`]] as const;
    const answer = await exactRequest(server.url, {
      method: 'POST',
      path: `/support/files?${query}`,
      headers,
      body: {},
    });
    expect([answer.status, JSON.parse(answer.text).error.details]).toMatchObject([400, [{ path: 'type' }]]);
  });

  it('when it is cut off in the middle', async () => {
    await withoutTrace(async () => {
      using connection = await openConnection(server.url);
      connection.write(
        `POST /support/files?name=a.png HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token()}\r\nContent-Length: 100000\r\n\r\n`,
      );
      connection.write(PNG);
      await expect.poll(() => filesBelow(server.filesFolder).some((path) => path.includes('incoming'))).toBe(true);
      connection[Symbol.dispose]();
      await expect.poll(() => filesBelow(server.filesFolder).some((path) => path.includes('incoming'))).toBe(false);
    });
  });
});

describe('larger than may be', () => {
  let small: TestApp;
  beforeAll(async () => {
    small = await startApp({ env: { FILE_MAX_BYTES: '5000', FILE_USER_BYTES: '12000' } });
  });
  afterAll(() => small[Symbol.asyncDispose]());
  const large = Buffer.concat([PNG, Buffer.alloc(5000 - PNG.length, 7)]);

  it('an upload is refused, whether or not it says how long it is', async () => {
    const larger = Buffer.concat([large, Buffer.from('x')]);
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(larger);
        controller.close();
      },
    });
    for (const body of [larger, chunked]) {
      expect(await upload(small.url, token(), body)).toMatchObject({
        status: 413,
        code: 'PAYLOAD_TOO_LARGE',
        message: 'A file has at most 5000 bytes',
      });
    }
    expect(await filesKept(small)).toEqual([]);
    expect(dataOf(await upload(small.url, token(), large)).size).toBe(5000);
  });

  it('what one user uploads in a day is refused, in words', async () => {
    const user = token();
    await upload(small.url, user, large);
    await upload(small.url, user, large);
    const refused = await upload(small.url, user, large);
    expect(refused).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(refused).toHaveProperty(
      'message',
      'You may upload 12000 bytes of files in 24 hours, and this would be more',
    );
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
    expect(dataOf(await upload(small.url, user, PNG)).size).toBe(PNG.length);
  });
});

it('twenty files of a user wait to be attached, and no more, however many come at once', async () => {
  const user = token();
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => upload(server.url, user, PNG)));
  expect(outcomes.map(({ status }) => status)).toEqual(Array(8).fill(200));
  for (let count = 8; count < 18; count += 1) dataOf(await upload(server.url, user, PNG));
  const last = await Promise.all(Array.from({ length: 5 }, () => upload(server.url, user, PNG)));
  expect(last.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
  const refused = last.find(({ status }) => status === 429);
  expect(refused).toHaveProperty('message', expect.stringContaining('20 files of yours are attached to nothing yet'));
  clock.advance(24 * 3_600_000);
  dataOf(await upload(server.url, user, PNG));
});

it('no more than ten of a user come at once', async () => {
  const user = token();
  const open = await Promise.all(Array.from({ length: 10 }, () => openConnection(server.url)));
  for (const one of open) {
    one.write(
      `POST /support/files?name=a.png HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user}\r\nContent-Length: 100000\r\n\r\n`,
    );
  }
  await expect.poll(() => filesBelow(server.filesFolder).filter((path) => path.includes('incoming')).length).toBe(10);
  expect(await upload(server.url, user, PNG)).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
  expect((await upload(server.url, token(), PNG)).ok).toBe(true);
  for (const one of open) one[Symbol.dispose]();
  await expect.poll(async () => (await upload(server.url, user, PNG)).status).toBe(200);
});

it('says at which field its input is wrong', async () => {
  expect(pathsOf(await send(PNG, ''))).toEqual(['name']);
});
