import fc from 'fast-check';
import { rarely } from '../support/arbitraries.js';
import { closings, limit, messages, queries, tickets } from './inputs.js';
import type { SupportModel, User } from './model.js';
import {
  addMessage,
  assign,
  categories,
  close,
  create,
  get,
  list,
  pass,
  readPages,
  resolve,
  type Step,
  type TicketRef,
} from './steps.js';
import type { Systems } from './systems.js';

const ann: User = { name: 'ann', role: 'customer' };
const ben: User = { name: 'ben', role: 'customer' };
const kim: User = { name: 'kim', role: 'agent' };
const lee: User = { name: 'lee', role: 'admin' };
const withoutToken: User = { name: 'somebody without a token' };

// Few people and few tickets, so that they meet.
const owners = fc.constantFrom(ann, ann, ann, ben, kim);
const users = rarely(20, fc.constant(withoutToken), fc.constantFrom(ann, ben, kim, lee));

/** Somebody and a ticket: as often as not their own. */
const own = fc.record({ user: owners, nth: rarely(3, fc.nat(2), fc.constant(0)) }).map(({ user, nth }) => ({
  user,
  ticket: { owner: user.name, nth } as TicketRef,
}));
const missing: fc.Arbitrary<TicketRef> = fc.record({
  missing: fc.constantFrom(
    'ticket_01936b2e-7c1f-7abc-8def-0123456789ab',
    'ticket_123',
    ' ',
    'a/b?c#d',
    '%',
    '\0',
    "' OR ''='",
    '__proto__',
  ),
});
const anybodys = fc.record({
  user: users,
  ticket: rarely(
    8,
    missing,
    own.map(({ ticket }) => ticket),
  ),
});
const meetings = fc.oneof(own, anybodys);

/** Up to `maxSteps` steps in any order. One on a ticket that isn't there yet is left out. */
export function sequences(maxSteps: number): fc.Arbitrary<Iterable<Step>> {
  const creating = fc.tuple(rarely(3, users, owners), tickets).map(([user, input]) => create(user, input));
  const writing = fc.tuple(meetings, messages).map(([{ user, ticket }, input]) => addMessage(user, ticket, input));
  const reading = meetings.map(({ user, ticket }) => get(user, ticket));
  const paging = fc.tuple(meetings, limit).map(([{ user, ticket }, size]) => readPages(user, ticket, size));
  const listing = fc.tuple(rarely(3, users, owners), queries).map(([user, query]) => list(user, query));
  const closing = fc.tuple(meetings, closings).map(([{ user, ticket }, input]) => close(user, ticket, input));
  const desk = rarely(12, users, fc.constantFrom(kim, lee));
  const anyTicket = rarely(
    12,
    missing,
    own.map(({ ticket }) => ticket),
  );
  const assigning = fc
    .tuple(desk, anyTicket, fc.constantFrom('kim', 'lee', null))
    .map(([user, ticket, agent]) => assign(user, ticket, agent));
  const resolving = fc.tuple(desk, anyTicket, closings).map(([user, ticket, input]) => resolve(user, ticket, input));
  const working = fc.oneof(assigning, resolving);
  const passing = fc.constantFrom(1, 0, 60_000, -1, -60_000).map(pass);
  const looking = rarely(8, users.map(categories), listing);
  return fc.commands<SupportModel, Systems, false>(
    // As often as it is named here.
    [
      creating,
      creating,
      creating,
      writing,
      writing,
      writing,
      reading,
      looking,
      looking,
      paging,
      closing,
      working,
      passing,
    ],
    { maxCommands: maxSteps, size: 'max' },
  );
}
