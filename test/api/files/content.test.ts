import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { exactRequest } from '../../support/exact-request.js';
import { GIF, PDF, PNG, TEXT, upload } from '../../support/files.js';
import { restClient } from '../../support/rest-client.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

const clock = new TestClock();
let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Link {
  fileId: string;
  url: string;
  urlExpiresAt: string;
}

async function linkTo(body: Buffer, name: string, to = server): Promise<Link> {
  const token = customerToken(newUser(), { exp: undefined });
  const { fileId } = dataOf(await upload(to.url, token, body, { name }));
  return (await restClient(to.url, token).get(`/support/files/${fileId}`)).body.data;
}
const get = (url: string, headers: Record<string, string> = {}) => fetch(server.url + url, { headers });
const bytes = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe('the bytes of a file', () => {
  it('come without a token to whoever has the link, as they were sent, with headers that keep them in their place', async () => {
    const { url, urlExpiresAt } = await linkTo(PNG, 'Bild ä "1".png');
    expect(Date.parse(urlExpiresAt) - clock.now().getTime()).toBeGreaterThanOrEqual(300_000);
    const answer = await get(url);
    expect(answer.status).toBe(200);
    expect(await bytes(answer)).toEqual(PNG);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'content-disposition': `inline; filename="Bild _ 1.png"; filename*=UTF-8''Bild%20%C3%A4%201.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors *; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'private, max-age=300',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
    expect(answer.headers.has('x-frame-options')).toBe(false);
  });

  it.each([
    ['a.pdf', PDF, /^inline;/],
    ['a.gif', GIF, /^inline;/],
    ['a.txt', TEXT, /^attachment;/],
    ['a.html', Buffer.from('<!doctype html><script>alert(1)</script>'), /^attachment; filename="a.html.txt"/],
    // A picture for one program and a page for another: it is shown as the picture, whatever it is asked for as.
    ['polyglot.gif', Buffer.concat([GIF, Buffer.from('<script>alert(1)</script>')]), /^inline;/],
  ])('of %s are shown or saved, by what they are', async (name, body, disposition) => {
    const answer = await get((await linkTo(body, name)).url);
    expect(answer.headers.get('content-disposition')).toMatch(disposition);
    expect(answer.headers.get('content-type')).not.toMatch(/html|svg|xml/);
    expect(await bytes(answer)).toEqual(body);
  });

  it('come in parts', async () => {
    const { url } = await linkTo(PNG, 'a.png');
    const size = PNG.length;
    const parts: [range: string, start: number, end: number][] = [
      ['bytes=0-3', 0, 3],
      ['bytes=10-', 10, size - 1],
      ['bytes=-5', size - 5, size - 1],
      ['bytes=5-9999', 5, size - 1],
      ['bytes=-9999', 0, size - 1],
    ];
    for (const [range, start, end] of parts) {
      const answer = await get(url, { range });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/${size}`]);
      expect(await bytes(answer)).toEqual(PNG.subarray(start, end + 1));
    }
    for (const range of ['bytes=9999-', 'bytes=5-1', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=-', 'bytes=-0']) {
      const answer = await get(url, { range });
      expect([range, answer.status, (await bytes(answer)).length]).toEqual([range, 200, size]);
    }
  });

  it('don’t come again to who has them', async () => {
    const { url } = await linkTo(PNG, 'a.png');
    const etag = (await get(url)).headers.get('etag') as string;
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      expect((await get(url, { 'if-none-match': known })).status).toBe(304);
    }
    expect((await get(url, { 'if-none-match': '"x"' })).status).toBe(200);
    expect((await get(url, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await get(url, { range: 'bytes=0-1', 'if-range': '"x"' })).status).toBe(200);
    const head = await fetch(server.url + url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      200,
      String(PNG.length),
      etag,
    ]);
  });
});

describe('a link', () => {
  it('that is forged, of another file, ended, changed or none is the same 404 as for no file', async () => {
    const { url, fileId } = await linkTo(PNG, 'a.png');
    const other = await linkTo(GIF, 'b.gif');
    const parsed = new URL(url, server.url);
    const signature = parsed.searchParams.get('signature') as string;
    const expires = parsed.searchParams.get('expires') as string;
    const at = (id: string, query: string) => `/support/files/${id}/content${query}`;
    const bad = [
      at(fileId, ''),
      at(fileId, '?expires=&signature='),
      at(other.fileId, parsed.search),
      at(fileId, `?expires=${Number(expires) + 1}&signature=${signature}`),
      at(fileId, `?expires=0${expires}&signature=${signature}x`),
      at(fileId, `?expires=${expires}&signature=${signature.toLowerCase()}`),
      at(fileId, `?expires=${expires}&signature=${signature}&signature=${signature}`),
      at('file_01936b2e-7c1f-7abc-8def-0123456789ab', parsed.search),
      at('..%2f..%2f..%2fetc%2fpasswd', parsed.search),
      at(`${fileId}%00`, parsed.search),
    ];
    expect((await get(url)).status).toBe(200);
    const answers = await Promise.all(bad.map((path) => exactRequest(server.url, { path })));
    clock.advance(360_000);
    answers.push(await exactRequest(server.url, { path: url }));
    const seen = new Set(
      answers.map(({ status, text, headers }) => {
        const { date: _, 'x-request-id': __, ...others } = headers;
        return JSON.stringify({ status, text, others });
      }),
    );
    expect(seen.size).toBe(1);
    expect(answers[0]?.status).toBe(404);
    expect(JSON.parse(answers[0]?.text ?? '').error).toEqual({ code: 'NOT_FOUND', message: 'File not found' });
  });

  it('is good on every instance of the database', async () => {
    await using second = await startApp({ clock, env: server.sharedEnv });
    const { url } = await linkTo(PNG, 'a.png');
    expect((await fetch(second.url + url)).status).toBe(200);
  });

  it('to a file whose bytes are gone is a 404, and the log says so', async () => {
    await using other = await startApp({ clock, env: { LOG_LEVEL: 'error' } });
    const { url, fileId } = await linkTo(PNG, 'a.png', other);
    await other.store.remove(fileId);
    expect((await fetch(other.url + url)).status).toBe(404);
    expect(other.logs).toMatchObject([{ fileId, msg: 'the bytes of a file are not in the store' }]);
  });
});
