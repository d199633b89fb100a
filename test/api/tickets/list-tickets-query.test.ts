import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { restClient } from '../../support/rest-client.js';
import { openRest } from '../../support/surfaces.js';
import { newUser, openTicket } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the query of GET /support/tickets', () => {
  const token = customerToken(newUser());
  const get = (query: string) => restClient(server.url, token).get(`/support/tickets${query}`);

  it.each([
    ...['', '+', '+1', '-0', '0', '01', '1.0', '1e1', '0x1', '1,2', '%C2%A01', '१', 'NaN', 'Infinity', 'null'],
    '99999999999999999999',
  ])('refuses page=%s', async (page) => {
    expect((await get(`?page=${page}`)).body.error).toMatchObject({
      code: 'BAD_REQUEST',
      details: [{ path: 'page', message: 'Must be a whole number from 1' }],
    });
  });

  it.each(['', '0', '-1', '101', '20.0', '20.5', '2e1', '0x14', 'twenty', ' 20', '20%00', '1000000000000000000000'])(
    'refuses limit=%j',
    async (limit) => {
      expect((await get(`?limit=${limit}`)).body.error).toMatchObject({
        code: 'BAD_REQUEST',
        details: [{ path: 'limit', message: 'Must be a whole number from 1 to 100' }],
      });
    },
  );

  it.each([
    ['page=1&page=2', ['page']],
    ['limit=5&limit=5', ['limit']],
    ['status=Open&status=Closed', ['status']],
    ['priority=Low&priority=Low', ['priority']],
    ['status[]=Open', ['status[]']],
    ['status=Open&state=Open', ['state']],
    ['Status=Open', ['Status']],
    ['status=%zz', ['status']],
    ['status=%ED%A0%80', ['status']],
    ['%00=1', ['\u0000']],
    ['__proto__=1', ['__proto__']],
    ['constructor=1&toString=1', ['constructor', 'toString']],
    ['=1', ['']],
    ['?page=1', ['?page']],
  ])('refuses %s and says where', async (query, paths) => {
    const { status, body } = await get(`?${query}`);
    expect(status).toBe(400);
    expect(body.error.details.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it.each([
    '',
    '?',
    '?page=1&limit=20',
    '?limit=100',
    '?status=In+Progress',
    '?status=In%20Progress&priority=High',
    '?&',
  ])('takes "%s"', async (query) => {
    expect(await get(query)).toMatchObject({ status: 200, body: { data: [] } });
  });
});

describe('Link (RFC 8288) of GET /support/tickets', () => {
  const token = customerToken('user_with_links');
  const links = async (path: string) => {
    const { headers, body } = await restClient(server.url, token).get(path);
    const found = (headers.get('link') ?? '').split(', ').map((link) => /^<([^>]+)>; rel="(\w+)"$/.exec(link) ?? []);
    return {
      links: Object.fromEntries(found.map(([, url, rel]) => [rel, url])),
      ids: body.data.map(({ ticketId }: { ticketId: string }) => ticketId),
      headers,
    };
  };
  beforeAll(async () => {
    const customer = openRest(server.url, token);
    for (let count = 0; count < 7; count++) await openTicket(customer, { priority: count < 5 ? 'High' : 'Low' });
  });

  it('walks over all pages, forwards and backwards, without one missed or twice', async () => {
    const forwards: string[] = [];
    let last = '';
    for (let url: string | undefined = '/support/tickets?limit=2'; url !== undefined; ) {
      last = url;
      const page: Awaited<ReturnType<typeof links>> = await links(url);
      forwards.push(...page.ids);
      url = page.links.next;
    }
    expect(forwards).toHaveLength(7);
    expect(new Set(forwards).size).toBe(7);

    const backwards: string[] = [];
    for (let url: string | undefined = last; url !== undefined; ) {
      const page: Awaited<ReturnType<typeof links>> = await links(url);
      backwards.unshift(...page.ids);
      url = page.links.prev;
    }
    expect(backwards).toEqual(forwards);
  });

  it.each([
    ['?limit=3', { first: 1, next: 2, last: 3 }],
    ['?limit=3&page=2', { first: 1, prev: 1, next: 3, last: 3 }],
    ['?limit=3&page=3', { first: 1, prev: 2, last: 3 }],
    ['?limit=3&page=4', { first: 1, prev: 3, last: 3 }],
    ['?limit=3&page=900', { first: 1, prev: 3, last: 3 }],
    ['?limit=7', { first: 1, last: 1 }],
    ['?status=Closed', { first: 1, last: 1 }],
    ['?status=Closed&page=5', { first: 1, prev: 1, last: 1 }],
  ])('of %s names the pages that there are', async (query, pages) => {
    const page = await links(`/support/tickets${query}`);
    const numbers = Object.entries(page.links).map(([rel, url]) => [
      rel,
      Number(new URL(String(url), server.url).searchParams.get('page')),
    ]);
    expect(Object.fromEntries(numbers)).toEqual(pages);
  });

  it('keeps the filters', async () => {
    const { links: first, headers } = await links('/support/tickets?priority=High&status=Open&limit=2');
    expect(headers.get('x-total-count')).toBe('5');
    const next = new URL(String(first.next), server.url);
    expect(next.pathname).toBe('/support/tickets');
    expect(Object.fromEntries(next.searchParams)).toEqual({
      priority: 'High',
      status: 'Open',
      limit: '2',
      page: '2',
    });
    expect((await links(String(first.last))).ids).toHaveLength(1);
  });
});
