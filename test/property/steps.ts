import fc from 'fast-check';
import { expect } from 'vitest';
import type { Outcome, Surface } from '../support/surfaces.js';
import type { Input } from './input-rules.js';
import type { Answer, SupportModel, Ticket, User } from './model.js';
import type { System, Systems } from './systems.js';

/** One step of a sequence: on the model and on every system, with the same outcome. Reads as a sentence. */
export type Step = fc.AsyncCommand<SupportModel, Systems>;

/** Which ticket is meant: the nth that somebody opened, or an id that nobody has. */
export type TicketRef = { owner: string; nth: number } | { missing: string };

export const create = (user: User, input: Input): Step =>
  call(
    `${user.name} creates ${show(input)}`,
    (model) => model.create(user, input),
    (system) => system.as(user).create(input),
  );

export const list = (user: User, query: Input): Step =>
  call(
    `${user.name} lists ${show(query)}`,
    (model) => model.list(user, query),
    (system) => system.as(user).list(query),
  );

export const categories = (user: User): Step =>
  call(
    `${user.name} lists the categories`,
    (model) => model.categories(user),
    (system) => system.as(user).categories(),
  );

export const get = (user: User, ref: TicketRef): Step =>
  callOn(
    ref,
    `${user.name} reads ${name(ref)}`,
    (model, ticketId) => model.get(user, ticketId),
    (system, ticketId) => system.as(user).get(ticketId),
  );

export const addMessage = (user: User, ref: TicketRef, input: Input): Step =>
  callOn(
    ref,
    `${user.name} writes on ${name(ref)}: ${show(input)}`,
    (model, ticketId) => model.addMessage(user, ticketId, input),
    (system, ticketId) => system.as(user).addMessage(ticketId, input),
  );

/** All pages of its messages, from the newest to the oldest, and back. */
export const readPages = (user: User, ref: TicketRef, limit: unknown): Step =>
  callOn(
    ref,
    `${user.name} reads ${name(ref)} in pages of ${show(limit)}`,
    (model, ticketId) => model.pages(user, ticketId, limit),
    (system, ticketId) => pagesOf(system.as(user), ticketId, limit),
  );

async function pagesOf(surface: Surface, ticketId: string, limit: unknown): Promise<Outcome> {
  const first = await surface.messages(ticketId, { limit });
  if (!first.ok) return first;
  const older = [first];
  for (let page = first; page.data.older !== null; older.push(page)) {
    page = answered(await surface.messages(ticketId, { limit, cursor: page.data.older }));
  }
  const newer = [];
  for (let page = older.at(-1) ?? first; page.data.newer !== null; newer.push(page)) {
    page = answered(await surface.messages(ticketId, { limit, cursor: page.data.newer }));
  }
  const messagesOf = (pages: (typeof first)[]) => pages.map(({ data }) => data.messages);
  return { ...first, data: { total: first.data.total, older: messagesOf(older), newer: messagesOf(newer) } };
}

function answered(outcome: Outcome): Outcome & { ok: true } {
  if (!outcome.ok) throw new Error(`A cursor that was given out: ${outcome.code}`);
  return outcome;
}

export const close = (user: User, ref: TicketRef, input: Input): Step =>
  callOn(
    ref,
    `${user.name} closes ${name(ref)}: ${show(input)}`,
    (model, ticketId) => model.close(user, ticketId, input),
    (system, ticketId) => system.as(user).close(ticketId, input),
  );

export const assign = (user: User, ref: TicketRef, agent: string | null): Step =>
  callOn(
    ref,
    `${user.name} gives ${name(ref)} to ${agent ?? 'nobody'}`,
    (model, ticketId) => model.assign(user, ticketId, agent),
    (system, ticketId) => {
      const { desk } = system.as(user);
      return agent === null ? desk.unassign(ticketId) : desk.assign(ticketId, { agentId: system.userId(agent) });
    },
  );

export const resolve = (user: User, ref: TicketRef, input: Input): Step =>
  callOn(
    ref,
    `${user.name} resolves ${name(ref)}: ${show(input)}`,
    (model, ticketId) => model.resolve(user, ticketId, input),
    (system, ticketId) => system.as(user).desk.resolve(ticketId, input),
  );

/** The clocks move; also backwards, as a host's clock may. */
export const pass = (milliseconds: number): Step => ({
  check: () => true,
  async run(model, systems) {
    model.now += milliseconds;
    systems.now = model.now;
  },
  toString: () => line(`${milliseconds} ms pass`),
});

function call(
  sentence: string,
  expected: (model: SupportModel) => Answer,
  send: (system: System) => Promise<Outcome>,
): Step {
  return {
    check: () => true,
    run: (model, systems) => agree(systems, expected(model), send),
    toString: () => line(sentence),
  };
}

function callOn(
  ref: TicketRef,
  sentence: string,
  expected: (model: SupportModel, ticketId: string) => Answer,
  send: (system: System, ticketId: string) => Promise<Outcome>,
): Step {
  return {
    check: (model) => 'missing' in ref || find(model, ref) !== undefined,
    run(model, systems) {
      const ticketId = 'missing' in ref ? ref.missing : (find(model, ref) as Ticket).id;
      return agree(systems, expected(model, ticketId), (system) => send(system, system.id(ticketId)));
    },
    toString: () => line(sentence),
  };
}

async function agree(systems: Systems, expected: Answer, send: (system: System) => Promise<Outcome>): Promise<void> {
  const outcomes = await Promise.all(systems.all.map(send));
  for (const [index, system] of systems.all.entries()) system.compare(outcomes[index] as Outcome, expected);
  // The model leaves the wording of details open; that the four say the same it doesn't.
  const [first, ...others] = outcomes.map((outcome) => (outcome.ok ? undefined : outcome.details));
  for (const other of others) expect(other).toEqual(first);
}

function find(model: Readonly<SupportModel>, ref: TicketRef): Ticket | undefined {
  return 'missing' in ref ? undefined : model.ticketOf(ref.owner, ref.nth);
}

function name(ref: TicketRef): string {
  return 'missing' in ref
    ? `a ticket that is not there (${show(ref.missing)})`
    : `${ref.owner}'s ticket ${ref.nth + 1}`;
}

/** fast-check joins the steps of a counterexample by commas: one on each line reads better. */
function line(sentence: string): string {
  return `\n    ${sentence}`;
}

/** Long texts by their beginning and length. */
function show(value: unknown): string {
  return fc.stringify(value).replaceAll(/"((?:[^"\\]|\\.){40})(?:[^"\\]|\\.){20,}"/g, (whole, start: string) => {
    return `"${start}…" (${whole.length - 2} long)`;
  });
}
