import { createHash, randomBytes } from 'node:crypto';
import { Window } from 'happy-dom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG } from '../support/files.js';
import { type PackedClient, unpackClient } from '../support/packed-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';

const PAGE = 'http://127.0.0.1:8000';
const TOKEN = customerToken('user_who_uploads');

let server: RunningServer;
let client: PackedClient & Disposable;
beforeAll(async () => {
  client = await unpackClient();
  server = await startServer({ env: { JWT_SECRET: TEST_SECRET, CORS_ORIGINS: PAGE, FILE_MAX_BYTES: '3000000' } });
});
afterAll(async () => {
  client[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const large = Buffer.concat([PNG, randomBytes(2_000_000)]);
const open = (more: object = {}) =>
  client.createSupportClient({ url: `${server.url}/`, token: async () => TOKEN, ...more });
const failureOf = async (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => ({ error: error as Error, said: client.supportError(error) }),
  );

describe('the client’s uploadFile', () => {
  it('sends a file whole, tells when it is there, and its id can be attached', async () => {
    const { support, uploadFile } = open();
    const seen: object[] = [];
    const file = new File([large], 'Bild ä & 1.png');
    const uploaded = await uploadFile(file, { onProgress: (progress) => void seen.push(progress) });
    expect(uploaded).toEqual({
      fileId: expect.stringMatching(/^file_/),
      name: 'Bild ä & 1.png',
      size: large.length,
      type: 'image/png',
      expiresAt: expect.any(String),
    });
    expect(seen).toEqual([{ loaded: large.length, total: large.length }]);
    const ticket = { subject: 's', description: 'd', categoryId: 'category_001', attachments: [uploaded.fileId] };
    const { ticketId } = await support.tickets.create.mutate(ticket);
    expect((await support.tickets.files.query({ ticketId })).files).toMatchObject([{ fileId: uploaded.fileId }]);
    const { url } = await support.files.get.query({ fileId: uploaded.fileId });
    const bytes = Buffer.from(await (await fetch(new URL(url, server.url))).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(large).digest('hex'));
  });

  it('under a key gives the first answer again', async () => {
    const { uploadFile } = open();
    const send = () => uploadFile(new Blob([PNG]), { name: 'a.png', idempotencyKey: 'key-of-a-file' });
    const first = await send();
    expect(await send()).toEqual(first);
  });

  it('rejects as every call does, and with no failure of the server’s where there was none', async () => {
    const { uploadFile } = open();
    expect(await failureOf(uploadFile(new Blob(['text']), { name: 'a.png' }))).toMatchObject({
      said: {
        code: 'UNSUPPORTED_MEDIA_TYPE',
        httpStatus: 415,
        path: 'support.files.upload',
        message: 'The name ends in .png, but the file is text/plain',
      },
    });
    expect(await failureOf(uploadFile(new Blob([]), { name: 'a.png' }))).toMatchObject({
      said: { code: 'BAD_REQUEST', details: [{ path: '', message: 'The file is empty' }] },
    });
    expect(await failureOf(uploadFile(new Blob([Buffer.alloc(3_000_001)])))).toMatchObject({
      said: { code: 'PAYLOAD_TOO_LARGE', httpStatus: 413 },
    });
    expect(await failureOf(open({ token: 'x' }).uploadFile(new Blob([PNG])))).toMatchObject({
      said: { code: 'UNAUTHORIZED', httpStatus: 401 },
    });
    const away = await failureOf(open({ url: 'http://127.0.0.1:1' }).uploadFile(new Blob([PNG])));
    expect([away?.error.name, away?.said]).toEqual(['TRPCClientError', undefined]);
    const page = await failureOf(
      open({ fetch: async () => new Response('<h1>Too large</h1>', { status: 413 }) }).uploadFile(new Blob([PNG])),
    );
    expect([page?.error.message, page?.said]).toEqual(["The answer is not the server's: status 413", undefined]);
  });

  it('ends when its signal says so', async () => {
    const { uploadFile } = open();
    const stop = new AbortController();
    let asked = 0;
    const body = new File([large], 'a.png');
    const call = open({
      fetch: ((...request: Parameters<typeof fetch>) => {
        asked += 1;
        stop.abort(new Error('The user has left'));
        return fetch(...request);
      }) as typeof fetch,
    }).uploadFile(body, { signal: stop.signal });
    expect((await failureOf(call))?.error).toMatchObject({
      name: 'TRPCClientError',
      cause: { message: 'The user has left' },
    });
    expect((await failureOf(uploadFile(body, { signal: stop.signal })))?.error.cause).toBe(stop.signal.reason);
    expect(asked).toBe(1);
  });
});

// Chromium itself tells of more steps than happy-dom does.
describe('the client’s uploadFile in a page', () => {
  let window: Window;
  beforeAll(() => {
    window = new Window({ url: `${PAGE}/` });
    Object.assign(globalThis, { XMLHttpRequest: window.XMLHttpRequest });
  });
  afterAll(async () => {
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest');
    await window.happyDOM.close();
  });

  it('is sent by XMLHttpRequest, which tells how far it is, with the same answers and failures', async () => {
    const { uploadFile } = open();
    const seen: { loaded: number; total: number }[] = [];
    const options = { onProgress: (progress: { loaded: number; total: number }) => void seen.push(progress) };
    const file = new window.File([PNG], 'a.png') as unknown as Blob;
    expect(await uploadFile(file, options)).toMatchObject({ name: 'a.png', size: PNG.length });
    expect(seen.at(-1)).toEqual({ loaded: PNG.length, total: PNG.length });
    const text = new window.File(['text'], 'b.png') as unknown as Blob;
    expect(await failureOf(uploadFile(text, options))).toMatchObject({
      said: { code: 'UNSUPPORTED_MEDIA_TYPE', httpStatus: 415 },
    });
    const away = await failureOf(open({ url: 'http://127.0.0.1:1' }).uploadFile(file, options));
    expect([away?.error.name, away?.error.message, away?.said]).toEqual([
      'TRPCClientError',
      'Failed to upload',
      undefined,
    ]);
    const stop = new AbortController();
    const call = failureOf(uploadFile(file, { ...options, signal: stop.signal }));
    stop.abort(new Error('The user has left'));
    expect((await call)?.error).toMatchObject({ cause: { message: 'The user has left' } });
  });
});
