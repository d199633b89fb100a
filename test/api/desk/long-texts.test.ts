import { expect, it, onTestFinished, vi } from 'vitest';
import type { Reader } from '../../../src/db/sql/reader.js';
import { startApp } from '../../support/app.js';
import { restClient } from '../../support/rest-client.js';
import { openRest } from '../../support/surfaces.js';
import { dataOf, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

/** What a statement may give at once, but for ids, names and times. */
const PIECE_BYTES = 256 * 1024;
const BESIDE_TEXTS = 64 * 1024;

/** Of 36 kB: seven are a piece. */
const LONG = `${'𝒳'.repeat(9_000)} okapi`;

it('texts of megabytes are read in pieces, whatever asks for them, and come whole', async () => {
  const server = await startApp();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const customer = openRest(server.url, customerToken('user_a'));
  const agent = openRest(server.url, agentToken());
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) ids.push(await openTicket(customer, { description: LONG }));
  const [ticketId = ''] = ids;
  for (let n = 0; n < 20; n += 1) {
    dataOf(await customer.addMessage(ticketId, { message: LONG }));
    dataOf(await agent.desk.note(ticketId, { content: LONG }));
  }

  const pieces: number[] = [];
  const reader = server.db.sql as Reader;
  const rowsFor = reader.rowsFor.bind(reader);
  vi.spyOn(reader, 'rowsFor').mockImplementation(async (...of) => {
    const rows = await rowsFor(...of);
    pieces.push(Buffer.byteLength(JSON.stringify(rows)));
    return rows as never;
  });
  for (const [path, token, texts] of [
    [`/support/tickets/${ticketId}`, customerToken('user_a'), 21],
    [`/support/tickets/${ticketId}/messages?limit=100`, customerToken('user_a'), 20],
    [`/desk/tickets/${ticketId}`, agentToken(), 41],
    [`/desk/tickets/${ticketId}/messages?limit=100`, agentToken(), 20],
    [`/desk/tickets/${ticketId}/notes?limit=100`, agentToken(), 20],
    ['/desk/search?q=okapi&limit=100', agentToken(), 10],
  ] as const) {
    pieces.length = 0;
    const { status, body } = await restClient(server.url, token).get(path);
    expect({ path, status }).toEqual({ path, status: 200 });
    expect(JSON.stringify(body).split('okapi').length - 1, path).toBe(texts);
    expect(Math.max(...pieces), path).toBeLessThan(PIECE_BYTES + BESIDE_TEXTS);
    // They did come this way.
    expect(Math.max(...pieces), path).toBeGreaterThan(PIECE_BYTES / 2);
  }
});
