import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Heard, type Job, STOP } from './neighbour.js';
import { AGENT, authorization, NEIGHBOURS, neighbour, TICKETS_EACH, ticketId } from './people.js';

/** Longer than the server lets any request take. */
const PATIENCE_MS = 30_000;
const JSON_TYPE = { 'content-type': 'application/json' };
const TICKET = JSON.stringify({
  subject: 'Unable to make payment',
  description: 'It fails',
  categoryId: 'category_001',
});
const MESSAGE = JSON.stringify({ message: "I've tried multiple times but still getting an error" });
/** One in eight is an agent's. One comes on a connection of its own, as from somebody who has just arrived. */
const TURNS = ['list', 'get', 'message', 'queue', 'get', 'list', 'create', 'arrive'] as const;

// Their connections stay open from one job to the next.
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

let isStopped = false;
process.on('message', (message: Job | typeof STOP) => {
  isStopped = message === STOP;
  if (message !== STOP) void run(message).then((heard) => process.send?.(heard));
});
process.on('disconnect', () => process.exit());

async function run({ url, rate, seconds }: Job): Promise<Heard> {
  const heard: Heard = { requests: 0, ms: [], failures: {} };
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = started + (n * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (isStopped) break;
    heard.requests += 1;
    pending.push(
      send(url, n).then(
        () => void heard.ms.push(performance.now() - due),
        ({ message }: Error) => {
          heard.failures[message] = (heard.failures[message] ?? 0) + 1;
        },
      ),
    );
  }
  await Promise.all(pending);
  return heard;
}

/** @throws Error with the status, or with how the connection ended. */
async function send(url: string, n: number): Promise<void> {
  const turn = TURNS[n % TURNS.length];
  const user = authorization(neighbour(n));
  const id = ticketId('neighbour', n % (NEIGHBOURS * TICKETS_EACH));
  const [method, path, body] =
    turn === 'get'
      ? ['GET', `/support/tickets/${id}`]
      : turn === 'message'
        ? ['POST', `/support/tickets/${id}/messages`, MESSAGE]
        : turn === 'create'
          ? ['POST', '/support/tickets', TICKET]
          : ['GET', turn === 'queue' ? '/desk/tickets' : '/support/tickets'];
  const headers = {
    authorization: turn === 'queue' ? authorization(AGENT, 'agent') : user,
    ...(body !== undefined && { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) }),
  };
  const options = { method, headers, agent: turn === 'arrive' ? false : agent } as const;
  await new Promise<void>((resolve, reject) => {
    const sent = httpRequest(url + path, options, (response: IncomingMessage) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(String(response.statusCode))),
      );
      response.on('error', reject);
    });
    const late = setTimeout(() => sent.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
    sent.on('error', (error: NodeJS.ErrnoException) => reject(error.code ? new Error(error.code) : error));
    sent.on('close', () => clearTimeout(late));
    sent.end(body);
  });
}
