import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { holdWrites } from '../support/hold-writes.js';
import { openConnection } from '../support/raw-connection.js';
import { SURFACES } from '../support/surfaces.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };
// Nothing else gives up before the request does.
const PATIENT = { SQLITE_BUSY_TIMEOUT_MS: '600000', TRANSACTION_TIMEOUT_MS: '600000' };

describe.each(SURFACES)('a write that takes too long over %s', (_name, open) => {
  // fastify/fastify#6725: with its own handlerTimeout, whatever had a body waited without end.
  it('is answered with 503, and is not made afterwards', async () => {
    await using server = await startApp({ env: { ...PATIENT, REQUEST_TIMEOUT_MS: '500', LOG_LEVEL: 'warn' } });
    const api = open(server.url, customerToken());
    {
      using _held = holdWrites(server.databaseUrl);
      const outcome = await api.create(TICKET);
      expect(outcome).toMatchObject({ ok: false, status: 503, code: 'SERVICE_UNAVAILABLE' });
      expect(Number(outcome.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(server.logs).toMatchObject([
      { level: 'error', code: 'SERVICE_UNAVAILABLE', err: { message: 'Request timed out after 500 ms' } },
    ]);
    // It comes after the one that was given up, whose transaction has ended by then. Slow itself, it would not count.
    await waitFor(async () => (await api.create(TICKET)).ok);
    expect(await server.db.reader.ticket.count()).toBe(1);
  });
});

describe('a write whose client goes away', () => {
  it('is made all the same: it was received whole', async () => {
    await using server = await startApp({ env: PATIENT });
    const body = JSON.stringify(TICKET);
    {
      using _held = holdWrites(server.databaseUrl);
      using connection = await openConnection(server.url);
      connection.write(
        `POST /support/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${customerToken()}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      const [request] = (await once(server.app.server, 'request')) as [IncomingMessage];
      await waitFor(() => request.readableEnded);
    }
    await waitFor(async () => (await server.db.reader.ticket.count()) === 1);
  });
});
