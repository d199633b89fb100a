import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS } from '../../support/calls.js';
import { dataOf } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(CALLS)('support.account.get over %s', (_surface, open) => {
  it.each([
    ['user_1', 'customer', customerToken('user_1')],
    ['agent_1', 'agent', agentToken('agent_1')],
    ['admin_1', 'admin', adminToken('admin_1')],
    ['user_2', 'customer', customerToken('user_2', { role: 'gardener' })],
  ])('takes %s for %s', async (userId, role, token) => {
    expect(dataOf(await open(server.url, token)('support.account.get'))).toEqual({ userId, role });
  });

  it('refuses who has no good token', async () => {
    expect(await open(server.url, 'none')('support.account.get')).toMatchObject({ status: 401 });
  });
});
