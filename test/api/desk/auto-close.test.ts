import { expect, it } from 'vitest';
import { autoClose } from '../../../src/jobs/auto-close.js';
import { startApp } from '../../support/app.js';
import { openRest } from '../../support/surfaces.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, openTicket, setTicket } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

it('a message that comes in the same moment is stored on a ticket that goes on, or refused', async () => {
  await using server = await startApp();
  const { db } = server;
  const customer = openRest(server.url, customerToken(newUser()));
  const clock = new TestClock();
  const tickets: string[] = [];
  for (let count = 0; count < 30; count += 1) tickets.push(await openTicket(customer));
  for (const ticketId of tickets) await setTicket(db, ticketId, { status: 'Resolved', resolvedAt: clock.now() });
  clock.advance(86_400_000);

  const job = autoClose({ db, clock, days: 1 });
  const [closed, ...messages] = await Promise.all([
    job.run(new AbortController().signal),
    ...tickets.map((ticketId) => customer.addMessage(ticketId, { message: 'One more thing' })),
  ]);
  let refused = 0;
  for (const [index, ticketId] of tickets.entries()) {
    const ticket = dataOf(await customer.get(ticketId));
    const outcome = messages[index];
    if (outcome?.ok) {
      expect(ticket).toMatchObject({ status: 'Open', messages: [{ content: 'One more thing' }] });
    } else {
      refused += 1;
      expect(outcome).toMatchObject({ status: 400, code: 'TICKET_CLOSED' });
      expect(ticket).toMatchObject({ status: 'Closed', messages: [] });
    }
  }
  expect(refused).toBe(closed);
  expect(await db.reader.event.count({ where: { type: 'ticket.closed', actor: 'system' } })).toBe(closed);
});
