import { describe, expect, it } from 'vitest';
import { roleReader } from '../../src/auth/roles.js';
import { loadConfig } from '../../src/config/config.js';
import { startApp } from '../support/app.js';
import { restClient } from '../support/rest-client.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';

const settings = (env: Record<string, string>) => loadConfig({ NODE_ENV: 'test', JWT_SECRET: TEST_SECRET, ...env });
const readRole = (env: Record<string, string>, claims: object) =>
  roleReader(settings(env))(claims as Record<string, unknown>);

/** Tokens as these providers issue them, cut to what matters. */
const PROVIDERS: [name: string, env: Record<string, string>, claims: object][] = [
  [
    'Auth0, a claim of an Action',
    { JWT_ROLE_CLAIM: 'https://support.example.com/roles' },
    { sub: 'auth0|5f7c8ec7', 'https://support.example.com/roles': ['agent'], permissions: ['read:all'] },
  ],
  [
    'Auth0, permissions of RBAC',
    { JWT_ROLE_CLAIM: 'permissions', JWT_AGENT_ROLES: 'support:work', JWT_ADMIN_ROLES: 'support:manage' },
    { sub: 'auth0|5f7c8ec7', permissions: ['read:profile', 'support:work'] },
  ],
  [
    'Microsoft Entra, app roles',
    { JWT_ROLE_CLAIM: 'roles', JWT_AGENT_ROLES: 'Support.Agent', JWT_ADMIN_ROLES: 'Support.Admin' },
    {
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      oid: '00000000-0000-0000',
      roles: ['Support.Agent'],
      ver: '2.0',
    },
  ],
  [
    'Keycloak, realm roles',
    { JWT_ROLE_CLAIM: 'realm_access.roles', JWT_AGENT_ROLES: 'support-agent', JWT_ADMIN_ROLES: 'support-admin' },
    { sub: 'f:1:anna', realm_access: { roles: ['offline_access', 'support-agent'] }, resource_access: {} },
  ],
  [
    'Keycloak, roles of a client',
    { JWT_ROLE_CLAIM: 'resource_access.support.roles' },
    { sub: 'f:1:anna', resource_access: { support: { roles: ['agent'] }, account: { roles: ['admin'] } } },
  ],
  [
    'Amazon Cognito, groups',
    { JWT_ROLE_CLAIM: 'cognito:groups' },
    { sub: 'aaaaaaaa-bbbb', 'cognito:groups': ['agent'] },
  ],
  ['Firebase, a custom claim', {}, { sub: 'W8mF', role: 'agent', firebase: { sign_in_provider: 'password' } }],
  [
    'Okta, groups',
    {
      JWT_ROLE_CLAIM: 'groups',
      JWT_AGENT_ROLES: 'Support Agents,Support Night Shift',
      JWT_ADMIN_ROLES: 'Support Leads',
    },
    { sub: 'anna@example.com', groups: ['Everyone', 'Support Night Shift'] },
  ],
  [
    'Clerk, public metadata in the session token',
    { JWT_ROLE_CLAIM: 'metadata.role' },
    { sub: 'user_2abc', azp: 'https://app.example.com', metadata: { role: 'agent' } },
  ],
  [
    'Clerk, the role in an organization',
    { JWT_ROLE_CLAIM: 'org_role', JWT_AGENT_ROLES: 'org:agent', JWT_ADMIN_ROLES: 'org:admin' },
    { sub: 'user_2abc', org_id: 'org_1', org_role: 'org:agent' },
  ],
];

describe('an agent with a token of', () => {
  it.each(PROVIDERS)('%s works the desk', async (_name, env, claims) => {
    await using server = await startApp({ env });
    const agent = restClient(server.url, customerToken('agent_1', claims as Record<string, unknown>));
    expect((await agent.get('/desk/tickets/counts')).status).toBe(200);
    expect((await agent.post('/desk/macros', { name: 'a', text: 'b' })).status).toBe(403);
    const nobody = restClient(server.url, customerToken('agent_1'));
    expect((await nobody.get('/desk/tickets/counts')).status).toBe(403);
  });
});

describe('the role', () => {
  it('is the highest of a list', () => {
    expect(readRole({}, { role: ['agent', 'admin', 'customer'] })).toEqual({ role: 'admin' });
  });

  it('comes from a claim whose whole name has the dots, before a path', () => {
    const env = { JWT_ROLE_CLAIM: 'realm_access.roles' };
    expect(readRole(env, { 'realm_access.roles': 'agent', realm_access: { roles: 'admin' } }).role).toBe('agent');
  });

  it.each([
    { realm_access: null },
    { realm_access: 'roles' },
    { realm_access: ['agent'] },
    { realm_access: { roles: { agent: true } } },
    { realm_access: { Roles: ['agent'] } },
    JSON.parse('{"__proto__":{"roles":["admin"]},"realm_access":{"__proto__":{"roles":["admin"]}}}'),
  ])('is customer where the path leads to no name: %j', (claims) => {
    expect(readRole({ JWT_ROLE_CLAIM: 'realm_access.roles' }, claims).role).toBe('customer');
  });

  it('is never raised by a name that is not configured', () => {
    expect(readRole({ JWT_ADMIN_ROLES: 'boss' }, { role: ['admin'] }).role).toBe('customer');
    // Switched off: nobody is an admin.
    expect(loadConfig({ NODE_ENV: 'test', JWT_SECRET: TEST_SECRET, JWT_ADMIN_ROLES: ',' }).JWT_ADMIN_ROLES).toEqual([]);
  });

  it('that nobody understands has a line in the debug log, once for each token', async () => {
    await using server = await startApp({ env: { LOG_LEVEL: 'debug', JWT_ROLE_CLAIM: 'roles' } });
    const client = restClient(server.url, customerToken('user_1', { roles: ['Agents', 'x'.repeat(1000)] }));
    await client.get('/support/tickets');
    await client.get('/support/tickets');
    const lines = server.logs.filter(({ msg }) => msg === 'role claim not understood');
    expect(lines).toEqual([expect.objectContaining({ claim: 'roles', value: expect.stringMatching(/^\["Agents"/) })]);
    expect(String(lines[0]?.value).length).toBeLessThanOrEqual(200);
  });

  it('must not have one name for two', () => {
    expect(() => settings({ JWT_AGENT_ROLES: 'staff,agent', JWT_ADMIN_ROLES: 'staff' })).toThrow(/name in common/);
  });
});

it('a clock tolerance makes up for an issuer whose clock differs', async () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  const at = now / 1000;
  await using server = await startApp({
    env: { JWT_CLOCK_TOLERANCE_SECONDS: '5' },
    clock: { now: () => new Date(now) },
  });
  const statusOf = async (claims: Record<string, unknown>) =>
    (await restClient(server.url, customerToken('user_1', claims)).get('/support/tickets')).status;
  expect(await statusOf({ nbf: at + 5, exp: at + 60 })).toBe(200);
  expect(await statusOf({ nbf: at + 6, exp: at + 60 })).toBe(401);
  expect(await statusOf({ exp: at - 4 })).toBe(200);
  expect(await statusOf({ exp: at - 5 })).toBe(401);
});
