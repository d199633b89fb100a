import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { restClient } from '../../support/rest-client.js';
import { SURFACES } from '../../support/surfaces.js';
import { dataOf } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(SURFACES)('categories over %s', (_name, open) => {
  it('has the two documented ones to the letter, and a handful more', async () => {
    const categories = dataOf(await open(server.url, customerToken()).categories());
    expect(categories.slice(0, 2)).toEqual([
      { categoryId: 'category_001', name: 'Payment Issues', description: 'Help with payment problems' },
      { categoryId: 'category_002', name: 'Loan Questions', description: 'Questions about loans' },
    ]);
    expect(categories).toHaveLength(7);
    for (const category of categories) {
      expect(Object.keys(category)).toEqual(['categoryId', 'name', 'description']);
      expect(category.name.trim() && category.description.trim()).not.toBe('');
    }
  });

  it('is the same for everybody', async () => {
    const [customer, agent] = [open(server.url, customerToken()), open(server.url, agentToken())];
    expect(dataOf(await agent.categories())).toEqual(dataOf(await customer.categories()));
  });

  it('shows active ones only, by position and then by id', async () => {
    const customer = open(server.url, customerToken());
    const before = dataOf(await customer.categories());
    await server.db.transaction((tx) =>
      tx.category.createMany({
        data: [
          { id: 'category_b', name: 'B', description: 'Same place, second', position: 0 },
          { id: 'category_a', name: 'A', description: 'Same place, first', position: 0 },
          { id: 'category_c', name: 'C', description: 'Archived', position: 0, archivedAt: new Date() },
        ],
      }),
    );
    expect(dataOf(await customer.categories())).toEqual([
      { categoryId: 'category_a', name: 'A', description: 'Same place, first' },
      { categoryId: 'category_b', name: 'B', description: 'Same place, second' },
      ...before,
    ]);
    await server.db.transaction((tx) =>
      tx.category.deleteMany({ where: { id: { in: ['category_a', 'category_b', 'category_c'] } } }),
    );
  });

  it.each([
    ['no token', undefined],
    ['an expired token', customerToken('user_123', { exp: 1 })],
    ['a broken signature', `${customerToken()}x`],
  ])('are not for whoever has %s', async (_case, token) => {
    const outcome = await open(server.url, token).categories();
    expect(outcome).toMatchObject({ ok: false, status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
    expect(outcome.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

it('takes no query', async () => {
  const { status, body } = await restClient(server.url, customerToken()).get('/support/categories?page=1&limit=5');
  expect(status).toBe(400);
  expect(body.error.details.map(({ path }: { path: string }) => path)).toEqual(['page', 'limit']);
});
