import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { bankPage, POLICY, signInPage } from './pages.js';
import { begin, end, userOf } from './sessions.js';
import { settings } from './settings.js';
import { signToken } from './sign-token.js';
import { signIn } from './users.js';

const TYPES = { 'bank.css': 'text/css', 'bank.js': 'text/javascript', 'icon.svg': 'image/svg+xml' };
const files = new Map(
  Object.entries(TYPES).map(([name, type]) => [
    `/${name}`,
    { type, body: readFileSync(new URL(`../public/${name}`, import.meta.url)) },
  ]),
);
/** One page: its script shows the place that the address names. */
const PLACES = ['/accounts', '/cards', '/transfers'];
const MAX_FORM_BYTES = 4096;

async function readForm(request) {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) {
    body += piece;
    if (body.length > MAX_FORM_BYTES) throw new Error('The form is too large');
  }
  return new URLSearchParams(body);
}

async function answer(request, send) {
  const { pathname } = new URL(request.url, 'http://bank');
  const goTo = (location, cookie) => send(303, '', { location, ...(cookie && { 'set-cookie': cookie }) });
  const user = userOf(request);
  switch (`${request.method} ${pathname}`) {
    case 'POST /sign-in': {
      const form = await readForm(request);
      const known = signIn(form.get('name') ?? '', form.get('password') ?? '');
      return known ? goTo('/accounts', begin(known)) : send(401, signInPage(true));
    }
    case 'POST /sign-out':
      return goTo('/', end(request));
    // What the widget asks for: who is signed in is the bank's to know, and its server's to sign.
    case 'POST /support-token':
      return user
        ? send(200, JSON.stringify({ token: signToken(user.id) }), { 'content-type': 'application/json' })
        : send(401, '');
    case 'GET /':
      return user ? goTo('/accounts') : send(200, signInPage(false));
  }
  const file = files.get(pathname);
  if (request.method === 'GET' && file) return send(200, file.body, { 'content-type': file.type });
  if (request.method === 'GET' && PLACES.includes(pathname)) return user ? send(200, bankPage(user)) : goTo('/');
  return send(404, 'There is nothing here', { 'content-type': 'text/plain' });
}

const server = createServer((request, response) => {
  const send = (status, body, headers = {}) => {
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.end(body);
  };
  answer(request, send).catch((error) => {
    console.error(error);
    if (!response.headersSent) send(500, 'Something failed', { 'content-type': 'text/plain' });
  });
});

server.listen(settings.port, settings.host, () => {
  process.stdout.write(`listening on http://${settings.host}:${server.address().port}/\n`);
});
