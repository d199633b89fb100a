import type { Ledger, LedgerTicket, Write } from './load.js';
import { restClient } from './rest-client.js';
import { customerToken } from './tokens.js';

export interface Findings {
  /** Acknowledged writes that were looked for. */
  checked: number;
  /** What contradicts an answer that a client got: lost, stored though refused, stored twice, out of order. */
  contradictions: string[];
}

interface ReadBackOptions {
  /** Request ids of refusals that may have been stored all the same: see undecided(). */
  undecided?: ReadonlySet<string>;
  /** A connection that broke before an answer began has stored nothing: a server that stops in order promises so. */
  unansweredIsRefused?: boolean;
}

/** Reads everything of the ledger's users through the API, and holds it against what they were told. */
export async function readBack(url: string, ledger: Ledger, options: ReadBackOptions = {}): Promise<Findings> {
  const contradictions: string[] = [];
  const owners = [...new Set(ledger.tickets.map(({ owner }) => owner))];
  await Promise.all(
    owners.map(async (owner) => {
      const sent = ledger.tickets.filter((ticket) => ticket.owner === owner);
      const complain = (what: string) => contradictions.push(what);
      await readOwner(url, owner, sent, { ...options, complain });
    }),
  );
  return { checked: ledger.count('acknowledged'), contradictions };
}

interface Check extends ReadBackOptions {
  complain(what: string): void;
}

async function readOwner(url: string, owner: string, sent: LedgerTicket[], check: Check): Promise<void> {
  const api = restClient(url, customerToken(owner));
  const stored = new Map<string, string[]>();
  for (const { subject, ticketId } of await listAll(api)) {
    stored.set(subject, [...(stored.get(subject) ?? []), ticketId]);
  }
  for (const ticket of sent) {
    const [ticketId, ...more] = stored.get(ticket.created.text) ?? [];
    stored.delete(ticket.created.text);
    if (more.length > 0) check.complain(`stored twice: ${ticket.created.text}`);
    compare(ticket.created, ticketId !== undefined, check);
    if (ticketId === undefined) continue;
    const { status, body } = await api.get(`/support/tickets/${ticketId}`);
    if (status !== 200) check.complain(`${status} for a ticket of the list: ${ticket.created.text}`);
    else compareTicket(ticket, body.data, check);
  }
  for (const subject of stored.keys()) check.complain(`nobody sent it: ${subject}`);
}

async function listAll(api: ReturnType<typeof restClient>): Promise<{ ticketId: string; subject: string }[]> {
  const all = [];
  for (let page = 1; ; page += 1) {
    const { body } = await api.get(`/support/tickets?limit=100&page=${page}`);
    if (body.data.length === 0) return all;
    all.push(...body.data);
  }
}

interface StoredTicket {
  status: string;
  messages: { sender: string; content: string; timestamp: string }[];
}

function compareTicket(ticket: LedgerTicket, stored: StoredTicket, check: Check): void {
  if (ticket.closing) compare(ticket.closing, stored.status === 'Closed', check);
  else if (stored.status === 'Closed') check.complain(`nobody closed it: ${ticket.created.text}`);

  const authors = new Set([...ticket.messages.keys(), ...stored.messages.map(({ sender }) => sender)]);
  for (const author of authors) {
    const found = stored.messages.filter(({ sender }) => sender === author).map(({ content }) => content);
    compareMessages(ticket.messages.get(author) ?? [], found, check);
  }
  stored.messages.forEach(({ timestamp, content }, position) => {
    const before = stored.messages[position - 1];
    if (before && Date.parse(before.timestamp) >= Date.parse(timestamp)) check.complain(`not later: ${content}`);
  });
}

/** What one author sent to one ticket, against what is stored of it: all that was acknowledged, once, in that order. */
function compareMessages(sent: readonly Write[], found: string[], check: Check): void {
  for (const write of sent) {
    const isNext = found[0] === write.text;
    if (isNext) found.shift();
    compare(write, isNext, check);
  }
  for (const content of found) check.complain(`stored twice, out of order, or sent by nobody: ${content}`);
}

function compare({ fate, text, requestId }: Write, isStored: boolean, check: Check): void {
  if (fate === 'acknowledged' && !isStored) check.complain(`lost: ${text} (${requestId})`);
  const refused = fate === 'refused' || (fate === 'unanswered' && check.unansweredIsRefused);
  if (refused && isStored && !check.undecided?.has(requestId)) {
    check.complain(`stored, though refused: ${text} (${requestId})`);
  }
}

/** The requests that were refused, and of which the server's log says that nobody knows whether they are stored. */
export function undecided(stdout: readonly string[]): Set<string> {
  const lines = stdout.filter((line) => line.includes('UnknownOutcomeError'));
  return new Set(lines.map((line) => (JSON.parse(line) as { reqId: string }).reqId));
}
