import { z } from 'zod';
import { timestamp } from '../schema/time.js';
import { ticketId } from '../tickets/schemas.js';

/** Most agents at one ticket of whom is told: who came first. */
export const MAX_PRESENT = 10;

const presentAgent = z
  .strictObject({
    agentId: z.string(),
    typing: z.boolean().meta({ description: 'Writes something just now' }),
    since: timestamp,
  })
  .meta({ id: 'PresentAgent' });

/** Who is at a ticket just now. */
export const presentAgents = z.array(presentAgent).meta({
  description: `Agents who have the ticket before them just now, who came first first: ${MAX_PRESENT} at most`,
});

export const beatInput = z
  .strictObject({
    ticketId,
    typing: z
      .boolean({ error: 'Must be true or false' })
      .default(false)
      .meta({ description: 'You write a reply or a note just now' }),
  })
  .meta({ examples: [{ typing: true }] });

const EXAMPLE = [
  { agentId: 'agent_123', typing: false, since: '2024-01-23T10:14:00Z' },
  { agentId: 'agent_456', typing: true, since: '2024-01-23T10:15:00Z' },
];

export const beatOutput = z
  .strictObject({
    ticketId: z.string(),
    presence: presentAgents,
    expiresAt: timestamp.meta({ description: 'You are at the ticket until then, unless you say so again before' }),
  })
  .meta({
    id: 'Beat',
    examples: [{ ticketId: 'ticket_123', presence: EXAMPLE, expiresAt: '2024-01-23T10:15:30Z' }],
  });

export const leaveInput = z.strictObject({ ticketId });
export const leaveOutput = z
  .strictObject({ ticketId: z.string() })
  .meta({ id: 'LeftTicket', examples: [{ ticketId: 'ticket_123' }] });

/** What the desk's stream tells of it. */
export const presenceItem = z
  .strictObject({ type: z.literal('presence'), ticketId: z.string(), presence: presentAgents })
  .meta({ id: 'PresenceItem', examples: [{ type: 'presence', ticketId: 'ticket_123', presence: EXAMPLE }] });

export type PresentAgent = z.infer<typeof presentAgent>;
export type BeatInput = z.infer<typeof beatInput>;
export type Beat = z.infer<typeof beatOutput>;
export type LeaveInput = z.infer<typeof leaveInput>;
export type LeftTicket = z.infer<typeof leaveOutput>;
export type PresenceItem = z.infer<typeof presenceItem>;
