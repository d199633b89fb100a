import { describe, expect, it, vi } from 'vitest';
import { startApp } from '../support/app.js';
import { blockNewTickets } from '../support/blocked-writes.js';
import { SURFACES } from '../support/surfaces.js';
import { customerToken } from '../support/tokens.js';

const TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };

describe.each(SURFACES)('a request that takes too long over %s', (_name, open) => {
  it('with a body, too: gets a 503 when its time is over, and nothing is stored later', async () => {
    await using app = await startApp({ env: { REQUEST_TIMEOUT_MS: '300', LOG_LEVEL: 'warn' } });
    const surface = open(app.url, customerToken());
    const unblock = await blockNewTickets(app.databaseUrl);
    try {
      // It is answered while the way is still blocked: by the limit, that is, and by nothing else.
      const outcome = await surface.create(TICKET);
      expect(outcome).toMatchObject({ ok: false, status: 503, code: 'SERVICE_UNAVAILABLE' });
      expect(Number(outcome.headers.get('retry-after'))).toBeGreaterThan(0);
      const { err } = app.logs.find(({ code }) => code === 'SERVICE_UNAVAILABLE') as { err: { message: string } };
      expect(err.message).toBe('Request timed out after 300 ms');
    } finally {
      await unblock();
    }
    // Its work ends now, and has a line in the log as well.
    await vi.waitFor(() => expect(app.logs.length).toBeGreaterThan(1), { timeout: 20_000 });
    expect(await app.db.reader.ticket.count()).toBe(0);
  });
});
