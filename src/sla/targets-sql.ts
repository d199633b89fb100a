import type { Db } from '../db/sql/db.js';
import type { Params } from '../db/sql/params.js';
import { TICKET_PRIORITIES, type TicketPriority } from '../tickets/lifecycle.js';
import type { SlaBreach, SlaTarget } from './schemas.js';
import type { WorkingTime } from './working-time.js';

const MINUTE_MS = 60_000;

type Kind = SlaBreach['target'];
const KINDS = ['firstResponse', 'resolution'] as const satisfies Kind[];

/** Nobody waits any more for what is resolved or closed. */
export const OPEN_STATUSES = ['Open', 'In Progress'] as const;

/** One of the targets: `resolutionOfHigh`. */
type TargetName = `${Kind}Of${TicketPriority}`;

interface TargetOfPriority {
  readonly name: TargetName;
  readonly priority: TicketPriority;
  readonly kind: Kind;
}

export const TARGETS = TICKET_PRIORITIES.flatMap((priority) =>
  KINDS.map((kind): TargetOfPriority => ({ name: `${kind}Of${priority}`, priority, kind })),
);

function ofEach<V>(value: (target: TargetOfPriority) => V): Record<TargetName, V> {
  return Object.fromEntries(TARGETS.map((target) => [target.name, value(target)])) as Record<TargetName, V>;
}

/** When a ticket was opened at the latest whose target is due by a time; null: there is no target. */
export const OPENED_BY = ofEach(() => 'tickets.created_at?' as const);

/** What is to be known before tickets are looked for by when their targets are due. */
export interface SlaTerms {
  readonly minutes: TargetMinutes;
  readonly working: WorkingTime;
  /** When the oldest open ticket was opened, in milliseconds since 1970; Infinity: there is none. */
  readonly oldest: number;
}

/** The values of OPENED_BY for a time in milliseconds since 1970. */
export function openedBy({ minutes, working }: SlaTerms, until: number): Params<typeof OPENED_BY> {
  return ofEach(({ name }) => {
    const latest = minutes[name] === 0 ? null : working.openedBy(until, minutes[name]);
    return latest === null ? null : new Date(latest);
  });
}

/** How long each target is. */
export const TARGET_MS = Object.fromEntries(TARGETS.map(({ name }) => [`${name}Ms`, 'number'])) as Record<
  `${TargetName}Ms`,
  'number'
>;

/** The values of TARGET_MS. */
export function targetMs(minutes: TargetMinutes): Params<typeof TARGET_MS> {
  return Object.fromEntries(TARGETS.map(({ name }) => [`${name}Ms`, minutes[name] * MINUTE_MS])) as Params<
    typeof TARGET_MS
  >;
}

/** How many minutes each target has; 0: there is no target. */
export type TargetMinutes = Readonly<Record<TargetName, number>>;

export function minutesOf(targets: readonly SlaTarget[]): TargetMinutes {
  return ofEach(({ priority, kind }) => targets.find((one) => one.priority === priority)?.[`${kind}Minutes`] ?? 0);
}

/** Tickets for which the target is still to be met, of whatever status. */
export function awaiting(db: Db, { priority, kind }: TargetOfPriority) {
  return db
    .selectFrom('tickets')
    .where('priority', '=', priority)
    .$if(kind === 'firstResponse', (tickets) => tickets.where('first_response_at', 'is', null));
}
