import { expect, it } from 'vitest';
import { greeting } from '../../src/config/greeting.js';

const HOST = '127.0.0.1';
const CONSOLE = true;
const consoleToken = undefined;

it('says where it listens, where the docs are, and how to get a token and a first answer', () => {
  const text = greeting({
    config: { HOST, CONSOLE, JWT_SECRET: 's' },
    port: 3000,
    secretPath: 'data/development-jwt-secret',
    consoleToken: 'a.b.c',
  });
  expect(text).toBe(`
  Support API   http://127.0.0.1:3000
  Docs          http://127.0.0.1:3000/docs
  Console       http://127.0.0.1:3000/console#token=a.b.c
  Tokens        signed with data/development-jwt-secret: for development, set JWT_SECRET in production

  In another shell:
    TOKEN=$(npm run --silent token -- --sub user_123)
    curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3000/support/categories

  An empty desk? \`npm run seed\` there makes a month of tickets to try it with.

`);
});

it('never shows the secret', () => {
  const text = greeting({
    config: { HOST, CONSOLE, JWT_SECRET: 'the-secret-itself' },
    port: 3000,
    secretPath: 'somewhere',
    consoleToken,
  });
  expect(text).not.toContain('the-secret-itself');
});

it('offers no token where it can sign none', () => {
  const text = greeting({
    config: { HOST, CONSOLE, JWT_SECRET: undefined },
    port: 3000,
    secretPath: undefined,
    consoleToken,
  });
  expect(text).not.toMatch(/token/i);
  expect(text).toContain('http://127.0.0.1:3000/docs');
  expect(text).toContain('http://127.0.0.1:3000/console\n');
});

it('says nothing of a console that is turned off', () => {
  const config = { HOST, CONSOLE: false, JWT_SECRET: 's' };
  expect(greeting({ config, port: 3000, secretPath: 'somewhere', consoleToken: 'a.b.c' })).not.toMatch(/console/i);
});

it.each([
  ['0.0.0.0', 'http://localhost:3000'],
  ['::', 'http://localhost:3000'],
  ['::1', 'http://[::1]:3000'],
  ['support.internal', 'http://support.internal:3000'],
])('gives an address that can be called for HOST=%s', (HOST, url) => {
  expect(
    greeting({ config: { HOST, CONSOLE, JWT_SECRET: 's' }, port: 3000, secretPath: undefined, consoleToken }),
  ).toContain(`${url}\n`);
});
