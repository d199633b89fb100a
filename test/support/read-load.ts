import { restClient } from './rest-client.js';
import { agentToken, customerToken } from './tokens.js';

export interface ReadLoad {
  /** Lets every reader finish its request, and no more. */
  stop(): Promise<{ answered: number; faults: string[] }>;
}

/** What the desk shows: filters of all sizes, so that most of it is a text of SQL that has not been there before. */
const DESK = [
  (n: number) => `/desk/tickets?limit=${1 + (n % 50)}&status=${n % 16 === 0 ? 'Resolved' : 'Open'}`,
  (n: number) => `/desk/tickets?unassigned=true&priority=Medium&requester=user_${n % 6}`,
  (n: number) => `/desk/search?q=Message%20${n % 20}&limit=${1 + (n % 20)}`,
  (n: number) => `/desk/search?q=Ticket%20${n % 20}&requester=user_${n % 6}`,
  () => '/desk/tickets/counts',
  (n: number) => `/desk/events?limit=${1 + (n % 100)}`,
  (n: number) => `/desk/sla/breaches?limit=${1 + (n % 20)}`,
  () => '/desk/figures/series?from=2026-01-01T00:00:00Z&to=2026-01-31T00:00:00Z&timeZone=Europe/Berlin',
  () => '/desk/figures?from=2026-01-01T00:00:00Z&to=2026-01-31T00:00:00Z',
];

const CUSTOMERS = [
  (n: number) => `/support/tickets?limit=${1 + (n % 20)}`,
  (n: number) => `/support/tickets?status=Open&priority=Medium&page=${1 + (n % 3)}`,
  () => '/support/categories',
];

/** Two agents and a customer who read without a pause what startLoad() writes. */
export function startReading(url: string): ReadLoad {
  const faults = new Set<string>();
  let answered = 0;
  let stopping = false;
  const read = async (token: string, paths: readonly ((n: number) => string)[], first: number) => {
    const client = restClient(url, token);
    for (let n = first; !stopping; n += 1) {
      const path = paths[n % paths.length]?.(n) ?? '';
      const { status, body } = await client.get(path);
      if (status === 200) answered += 1;
      // Overload may be refused, by its own code.
      else if (body?.error?.code !== 'SERVICE_UNAVAILABLE') faults.add(`${path}: ${status} ${JSON.stringify(body)}`);
    }
  };
  const running = Promise.all([
    read(agentToken('agent_2'), DESK, 0),
    read(agentToken('agent_3'), DESK, 4),
    read(customerToken('user_0'), CUSTOMERS, 0),
  ]);
  // Reported by stop(); until then nobody looks at it.
  running.catch(() => {});
  return {
    async stop() {
      stopping = true;
      await running;
      return { answered, faults: [...faults] };
    },
  };
}
