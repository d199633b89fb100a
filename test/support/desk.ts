import type { Surface } from './surfaces.js';
import { dataOf } from './tickets.js';

/** A ticket's history without what differs from run to run. */
export async function historyOf(agent: Surface, ticketId: string) {
  const { events } = dataOf(await agent.desk.ticketEvents(ticketId, { limit: 100 }));
  return events.map(({ type, actor, before, after }: Record<string, unknown>) => ({ type, actor, before, after }));
}

export async function lastEvent(agent: Surface, ticketId: string) {
  return (await historyOf(agent, ticketId)).at(-1);
}
