import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { SURFACES } from '../support/surfaces.js';
import { agentToken, customerToken } from '../support/tokens.js';

const HOUR = 3_600_000;
const TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };

describe.each(SURFACES)('a clock that is set back, over %s', (_name, open) => {
  it('turns neither the conversation around nor updatedAt', async () => {
    let ahead = 0;
    await using app = await startApp({ clock: { now: () => new Date(Date.now() + ahead) } });
    const customer = open(app.url, customerToken());
    const agent = open(app.url, agentToken());
    const created = await customer.create(TICKET);
    const { ticketId, createdAt } = created.ok ? created.data : undefined;

    const moments = [createdAt];
    const updatedAt = async () => {
      const list = await customer.list();
      return list.ok ? list.data[0].updatedAt : undefined;
    };
    for (const [n, surface] of [customer, agent, customer, agent].entries()) {
      const sent = await surface.addMessage(ticketId, { message: `${n}` });
      moments.push(sent.ok && sent.data.timestamp);
      expect(await updatedAt()).toBe(moments.at(-1));
      ahead -= HOUR;
    }
    const closed = await customer.close(ticketId);
    moments.push(closed.ok && closed.data.closedAt);
    expect(await updatedAt()).toBe(moments.at(-1));

    const times = moments.map((moment) => Date.parse(moment));
    for (const [n, time] of times.entries()) if (n > 0) expect(time).toBeGreaterThan(times[n - 1] as number);
    const ticket = await customer.get(ticketId);
    expect(ticket.ok && ticket.data.messages.map(({ content }: { content: string }) => content)).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
  });

  it('or that differs between two instances: the same', async () => {
    await using ahead = await startApp();
    await using behind = await startApp({
      env: { DATABASE_URL: ahead.databaseUrl },
      clock: { now: () => new Date(Date.now() - HOUR) },
    });
    const surfaces = [ahead, behind].map(({ url }) => open(url, customerToken()));
    const [first, second] = surfaces as [(typeof surfaces)[0], (typeof surfaces)[0]];
    const created = await first.create(TICKET);
    const { ticketId } = created.ok ? created.data : undefined;
    const turns = [first, second, second, first, second];
    for (const [n, surface] of turns.entries()) await surface.addMessage(ticketId, { message: `${n}` });

    const ticket = await second.get(ticketId);
    const messages: { content: string; timestamp: string }[] = ticket.ok ? ticket.data.messages : [];
    expect(messages.map(({ content }) => content)).toEqual(turns.map((_, n) => String(n)));
    const times = messages.map(({ timestamp }) => Date.parse(timestamp));
    for (const [n, time] of times.entries()) if (n > 0) expect(time).toBeGreaterThan(times[n - 1] as number);
  });
});
