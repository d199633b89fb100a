import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let server: TestApp;
let url: string;
beforeAll(async () => {
  server = await startApp();
  url = `${server.url}/widget/v1.js`;
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the script of the widget', () => {
  it('may be loaded by pages of every origin, and is asked for anew after ten minutes', async () => {
    const answer = await fetch(url, { headers: { origin: 'https://bank.example' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=600');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('set-cookie')).toBeNull();
    const headers = { 'if-none-match': answer.headers.get('etag') ?? '' };
    expect((await fetch(url, { headers })).status).toBe(304);
    expect((await fetch(`${url}?v=2`)).status).toBe(200);
  });

  it('comes compressed as whoever asks can take it', async () => {
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const text = await plain.text();
    for (const encoding of ['br', 'gzip']) {
      const answer = await fetch(url, { headers: { 'accept-encoding': encoding } });
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(Number(answer.headers.get('content-length'))).toBeLessThanOrEqual(35_000);
      expect(await answer.text()).toBe(text);
    }
  });

  it('has its licences beside it', async () => {
    const answer = await fetch(`${server.url}/widget/licenses.md`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('## preact')]);
  });

  it.each(['', 'v2.js', 'sources-hash', 'v1.js.gz', '..%2Fconsole%2Findex.html', '%00'])(
    'has nothing at /widget/%s',
    async (path) => {
      const answer = await fetch(`${server.url}/widget/${path}`);
      expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
        404,
        'NOT_FOUND',
      ]);
    },
  );

  it('takes no writes', async () => {
    const answer = await fetch(url, { method: 'POST' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

it('WIDGET=false: there is none', async () => {
  await using other = await startApp({ env: { WIDGET: 'false' } });
  expect((await fetch(`${other.url}/widget/v1.js`)).status).toBe(404);
});
