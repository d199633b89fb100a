import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { TEST_SECRET } from '../support/tokens.js';

let server: TestApp;
let html: string;
let script: string;
beforeAll(async () => {
  server = await startApp();
  html = await (await fetch(`${server.url}/console`)).text();
  script = /src="\.\/(assets\/[^"]+)"/.exec(html)?.[1] ?? '';
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the page of the console', () => {
  it.each(['/console', '/console/', '/console/tickets/ticket_1?status=Open'])(
    'is at %s, to be asked for anew',
    async (path) => {
      const answer = await fetch(server.url + path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(await answer.text()).toBe(html);
      const headers = { 'if-none-match': answer.headers.get('etag') ?? '' };
      expect((await fetch(server.url + path, { headers })).status).toBe(304);
    },
  );

  it('may run and load nothing but this server, and no text as markup', async () => {
    const policy = (await fetch(`${server.url}/console`)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/);
  });

  it('has parts that are kept for good, compressed as whoever asks can take it', async () => {
    const url = `${server.url}/console/${script}`;
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
    const text = await plain.text();
    for (const encoding of ['br', 'gzip']) {
      const answer = await fetch(url, { headers: { 'accept-encoding': encoding } });
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(await answer.text()).toBe(text);
    }
  });

  it('is small: 250 kB over the wire at most', async () => {
    let bytes = 0;
    for (const [, part] of html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)) {
      const answer = await fetch(`${server.url}/console/${part}`, { headers: { 'accept-encoding': 'gzip' } });
      expect(answer.status).toBe(200);
      bytes += Number(answer.headers.get('content-length'));
    }
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(250_000);
  });

  it.each(['/console/assets/none.js', '/console/assets/', '/console/assets/..%2Findex.html', '/console/assets/%00'])(
    'has nothing at %s',
    async (path) => {
      const answer = await fetch(server.url + path);
      expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
        404,
        'NOT_FOUND',
      ]);
    },
  );

  it('takes no writes', async () => {
    const answer = await fetch(`${server.url}/console`, { method: 'POST' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

it('CONSOLE=false: there is none', async () => {
  await using other = await startApp({ env: { CONSOLE: 'false' } });
  for (const path of ['/console', '/console/', `/console/${script}`]) {
    expect((await fetch(other.url + path)).status).toBe(404);
  }
});

it('with an issuer, the page may fetch from it as well, and knows how to sign in', async () => {
  const env = {
    JWT_SECRET: TEST_SECRET,
    JWT_ISSUER: 'https://id.example.com/realms/"one"/',
    CONSOLE_OIDC_CLIENT_ID: '<console> & "co"',
    CONSOLE_OIDC_ORIGINS: 'https://login.example.com',
    CONSOLE_OIDC_PARAMETERS: 'audience=https%3A%2F%2Fsupport.example.com&x=$1',
  };
  await using other = await startApp({ env });
  const answer = await fetch(`${other.url}/console`);
  expect(answer.headers.get('content-security-policy')).toContain(
    "; connect-src 'self' https://id.example.com https://login.example.com; ",
  );
  const [, content = ''] = /<meta name="support-oidc" content="([^"]*)">/.exec(await answer.text()) ?? [];
  expect(JSON.parse(content.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))).toEqual({
    authority: env.JWT_ISSUER,
    clientId: env.CONSOLE_OIDC_CLIENT_ID,
    scope: 'openid profile email offline_access',
    parameters: { audience: 'https://support.example.com', x: '$1' },
    token: 'access_token',
  });
  expect(html).not.toContain('support-oidc');
});
