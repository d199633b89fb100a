import { METHODS } from 'node:http';
import fc from 'fast-check';
import { rarely } from '../../support/arbitraries.js';
import { FuzzRequest } from '../request.js';
import { withBody } from './bodies.js';
import { customersHeaders } from './headers.js';
import { hostileQuery, hostileSegment, queryOf } from './paths.js';

/** What the server has beside its operations, and what is almost one of them. */
const PATHS = [
  '/',
  '/support',
  '/support/',
  '/support/tickets',
  '/support/tickets/',
  '/Support/Tickets',
  '//support/tickets',
  '/support//tickets',
  '/./support/tickets',
  '/support%2Ftickets',
  '/support/tickets/TICKET_OWN',
  '/support/tickets/TICKET_OWN/',
  '/support/tickets/TICKET_OWN/close',
  '/support/tickets/TICKET_OWN/Close',
  '/support/tickets/TICKET_OWN/messages',
  '/support/tickets/TICKET_OWN/messages/1',
  '/support/categories',
  '/support/account',
  '/desk',
  '/desk/tickets/',
  '/Desk/Tickets',
  '/desk/tickets/TICKET_OWN/Take',
  '/desk/tickets/TICKET_OWN/events/1',
  '/desk/tickets/bulk/',
  '/desk/categories/order',
  '/support/categories/category_001',
  '/trpc',
  '/trpc/',
  '/trpc//',
  '/trpc/support.tickets.list/x',
  '/health',
  '/health/live',
  '/health/ready',
  '/health/live/',
  '/openapi.json',
  '/openapi.yaml',
  '/docs',
  '/docs/',
  '/docs/json',
  '/docs/yaml',
  '/docs/static/index.html',
  '/docs/static/swagger-initializer.js',
  '/docs/static/index.css',
  '/docs/static/',
  '/docs/static/nothing.js',
  '/docs/static/../../../package.json',
  '/docs/static/%2e%2e/%2e%2e/package.json',
  '/docs/static/..%2f..%2f..%2fetc%2fpasswd',
  '/docs/uiConfig',
  '/docs/initOAuth',
  '/metrics',
  '/graphql',
  '/.env',
  '/.git/config',
  '/favicon.ico',
  '/robots.txt',
  '/server-status',
  '/index.php?a=b',
  '*',
  'http://api.example.com/support/tickets',
  'http://api.example.com/support/tickets/TICKET_OWN',
  'https://evil.example/x',
  'HTTP://X',
];

const target = fc
  .tuple(
    fc.constantFrom(...PATHS),
    rarely(4, hostileSegment, fc.constant(undefined)),
    rarely(6, hostileQuery, fc.constant(undefined)),
    rarely(20, fc.constant('#fragment'), fc.constant('')),
  )
  .map(([path, segment, query, fragment]) => {
    const deeper = segment === undefined ? path : `${path.replace(/\/$/, '')}/${segment}`;
    return deeper + (query === undefined ? '' : queryOf([query])) + fragment;
  });

/** Any method on any path: what no route is made for, and what has no operation behind it. */
export const strayRequests: fc.Arbitrary<FuzzRequest> = fc
  .record({
    method: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE') },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS.filter((method) => method !== 'CONNECT'), 'QUERY') },
    ),
    target,
    headers: customersHeaders,
    body: withBody(undefined),
  })
  .map(({ method, target, headers, body: { headers: bodyHeaders, ...body } }) => {
    return new FuzzRequest({ method, target, headers: [...headers, ...bodyHeaders], ...body });
  });
