import { restClient } from './rest-client.js';
import { agentToken, customerToken, TEST_SECRET } from './tokens.js';

/** For servers under this load: no rate limits, which would refuse most of it. */
export const LOAD_ENV = {
  JWT_SECRET: TEST_SECRET,
  RATE_LIMIT_USER: '0',
  RATE_LIMIT_USER_BYTES: '0',
  RATE_LIMIT_IP: '0',
};

/** What a client knows of its write: done; not done, as it was told; or no whole answer came. */
export type Fate = 'acknowledged' | 'refused' | 'unanswered';

export interface Write {
  readonly fate: Fate;
  /** Subject, message or resolution: no two writes have the same. */
  readonly text: string;
  readonly requestId: string;
  readonly author: string;
  readonly url: string;
  readonly ms: number;
}

export interface LedgerTicket {
  readonly owner: string;
  readonly created: Write;
  /** Known once the creation was acknowledged. */
  readonly ticketId: string | undefined;
  /** By author, in the order in which they were sent. */
  readonly messages: Map<string, Write[]>;
  closing: Write | undefined;
}

/** All that was written, and what came of it. */
export class Ledger {
  readonly tickets: LedgerTicket[] = [];
  readonly writes: Write[] = [];
  /** Answers that no documented failure explains, and answers that were cut off. */
  readonly faults: string[] = [];

  count(fate: Fate, url?: string): number {
    return this.writes.filter((write) => write.fate === fate && (url === undefined || write.url === url)).length;
  }

  slowestMs(): number {
    return Math.max(0, ...this.writes.map(({ ms }) => ms));
  }
}

export interface Load {
  readonly ledger: Ledger;
  /** Resolves when it holds; looks after each answer. */
  until(holds: (ledger: Ledger) => boolean): Promise<void>;
  /** Resolves when each user has got such an answer once more. */
  everyUserIs(fate: Fate): Promise<void>;
  /** Lets every user finish its request, and no more. */
  stop(): Promise<Ledger>;
}

const MESSAGES_PER_TICKET = 3;
/** After a failure, as a client that honours none of our advice would. */
const BACKOFF_MS = 25;

const CUSTOMERS = ['user_0', 'user_1', 'user_2', 'user_3', 'user_4', 'user_5'];
const AGENT = 'agent_1';

/**
 * Customers who open tickets, write messages and close every other ticket, and an agent who answers on everybody's newest
 * ticket, so that two write to one row. All without a pause, spread over the servers.
 */
export function startLoad(urls: readonly string[]): Load {
  const ledger = new Ledger();
  const waiting = new Set<() => void>();
  const newest = new Map<string, LedgerTicket>();
  let stopping = false;

  const write = async (client: Client, path: string, body: Record<string, string>, text: string) => {
    const { fate, data, fault, ...rest } = await client.post(path, body);
    const entry: Write = { fate, text, ...rest };
    ledger.writes.push(entry);
    if (fault) ledger.faults.push(fault);
    for (const look of waiting) look();
    if (fate !== 'acknowledged') await new Promise((resolve) => setTimeout(resolve, BACKOFF_MS));
    return { entry, data };
  };
  const addMessage = async (client: Client, ticket: LedgerTicket, author: string, n: number) => {
    const message = `Message ${n} of ${author} on ${ticket.created.text}`;
    const { entry } = await write(client, `/support/tickets/${ticket.ticketId}/messages`, { message }, message);
    const sent = ticket.messages.get(author) ?? [];
    ticket.messages.set(author, [...sent, entry]);
  };

  const customer = async (owner: string, client: Client) => {
    for (let n = 0; !stopping; n += 1) {
      const subject = `Ticket ${n} of ${owner}`;
      const body = { subject, description: 'd', categoryId: 'category_001' };
      const { entry: created, data } = await write(client, '/support/tickets', body, subject);
      const ticket: LedgerTicket = {
        owner,
        created,
        ticketId: data?.ticketId,
        messages: new Map(),
        closing: undefined,
      };
      ledger.tickets.push(ticket);
      if (ticket.ticketId === undefined) continue;
      newest.set(owner, ticket);
      for (let m = 0; m < MESSAGES_PER_TICKET && !stopping; m += 1) await addMessage(client, ticket, owner, m);
      if (n % 2 === 1 || stopping) continue;
      const resolution = `Resolution of ${subject}`;
      const { entry } = await write(client, `/support/tickets/${ticket.ticketId}/close`, { resolution }, resolution);
      ticket.closing = entry;
    }
  };
  const desk = async (author: string, client: Client) => {
    for (let n = 0; !stopping; n += 1) {
      const open = [...newest.values()];
      const ticket = open[n % open.length];
      if (ticket) await addMessage(client, ticket, author, n);
      else await new Promise((resolve) => setTimeout(resolve, BACKOFF_MS));
    }
  };

  const running = Promise.all([
    desk(AGENT, clientOf(urls[0] as string, AGENT, agentToken(AGENT))),
    ...CUSTOMERS.map((owner, n) => {
      const url = urls[n % urls.length] as string;
      return customer(owner, clientOf(url, owner, customerToken(owner)));
    }),
  ]);
  const until = (holds: (ledger: Ledger) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds(ledger)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    ledger,
    until,
    everyUserIs(fate) {
      const since = ledger.writes.length;
      return until(({ writes }) => {
        const authors = new Set(
          writes
            .slice(since)
            .filter((one) => one.fate === fate)
            .map(({ author }) => author),
        );
        return authors.size === CUSTOMERS.length + 1;
      });
    },
    async stop() {
      stopping = true;
      await running;
      return ledger;
    },
  };
}

interface Answered extends Omit<Write, 'text'> {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the documented answer holds
  data?: any;
  fault?: string;
}

type Client = ReturnType<typeof clientOf>;

let requests = 0;

function clientOf(url: string, author: string, token: string) {
  const send = async (
    path: string,
    body: object,
    requestId: string,
  ): Promise<Pick<Answered, 'fate' | 'data' | 'fault'>> => {
    const answer = await restClient(url, token, { 'x-request-id': requestId }).post(path, body).catch(noAnswer);
    if (answer instanceof Error) {
      return { fate: 'unanswered', ...(wasCut(answer) && { fault: `cut off: ${String(answer)}` }) };
    }
    const { status, headers, body: got } = answer;
    if (status === 200 && got.success === true) return { fate: 'acknowledged', data: got.data };
    const known =
      (status === 503 && got.error?.code === 'SERVICE_UNAVAILABLE' && Number(headers.get('retry-after')) > 0) ||
      (status === 400 && got.error?.code === 'TICKET_CLOSED');
    return { fate: 'refused', ...(!known && { fault: `${status} ${JSON.stringify(got)}` }) };
  };
  return {
    async post(path: string, body: object): Promise<Answered> {
      requests += 1;
      const requestId = `load-${process.pid}-${requests}`;
      const started = performance.now();
      const outcome = await send(path, body, requestId);
      return { ...outcome, requestId, author, url, ms: performance.now() - started };
    },
  };
}

function noAnswer(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Whether an answer had begun when the connection broke: fetch() says `terminated`, or hands half a JSON text on. */
function wasCut(error: Error): boolean {
  return error instanceof SyntaxError || error.message === 'terminated';
}
