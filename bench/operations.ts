import { createSigner } from 'fast-jwt';
import { type Ids, SHAPE } from './data.js';
import { SECRET } from './server.js';

export const OPERATIONS = ['list', 'get', 'categories', 'message', 'create', 'close', 'mix'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Keys that `data`, or its first item, must have. */
  expect: string;
}

const sign = createSigner({ key: SECRET, algorithm: 'HS256' });
const tokens = new Map<string, string>();

function headers(user: string, body: boolean): Record<string, string> {
  let token = tokens.get(user);
  if (token === undefined) {
    token = sign({ sub: user, exp: Math.floor(Date.now() / 1000) + 86_400 });
    tokens.set(user, token);
  }
  return { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
}

const CREATE = JSON.stringify({
  subject: 'Unable to make payment',
  description: "I'm experiencing issues making a payment on my loan",
  categoryId: 'category_001',
  priority: 'High',
  attachments: ['file_id_123'],
});
const ADD = JSON.stringify({
  message: "I've tried multiple times but still getting an error",
  attachments: ['file_id_456'],
});
const CLOSE = JSON.stringify({ resolution: 'Issue was resolved by updating payment method' });

/** The n-th request of an operation: users and tickets take turns. */
export function requestOf(operation: Operation, n: number, ids: Ids): Request {
  const turn = n % SHAPE.readers;
  switch (operation) {
    case 'list':
      return {
        method: 'GET',
        path: '/support/tickets',
        headers: headers(`reader_${turn}`, false),
        expect: '"updatedAt":"',
      };
    case 'get': {
      const index = (n * 31) % ids.readers.length;
      const owner = headers(`reader_${Math.floor(index / SHAPE.ticketsEach)}`, false);
      return {
        method: 'GET',
        path: `/support/tickets/${ids.readers[index]}`,
        headers: owner,
        expect: '"messageId":"msg_',
      };
    }
    case 'categories':
      return {
        method: 'GET',
        path: '/support/categories',
        headers: headers(`reader_${turn}`, false),
        expect: '"category_007"',
      };
    case 'message': {
      const index = n % ids.talk.length;
      const path = `/support/tickets/${ids.talk[index]}/messages`;
      return {
        method: 'POST',
        path,
        headers: headers(`talker_${index % SHAPE.readers}`, true),
        body: ADD,
        expect: '"messageId":"msg_',
      };
    }
    case 'create':
      return {
        method: 'POST',
        path: '/support/tickets',
        headers: headers(`writer_${turn}`, true),
        body: CREATE,
        expect: '"ticketId":"ticket_',
      };
    case 'close': {
      const index = n % ids.close.length;
      const path = `/support/tickets/${ids.close[index]}/close`;
      return {
        method: 'POST',
        path,
        headers: headers(`closer_${index % SHAPE.readers}`, true),
        body: CLOSE,
        expect: '"closedAt":"',
      };
    }
    case 'mix':
      return requestOf(MIX[n % MIX.length] as Operation, n, ids);
  }
}

/** 70 % list, 20 % get, 8 % message, 2 % create, spread evenly. */
const MIX: Operation[] = Array.from({ length: 50 }, (_, n) => {
  if (n === 0) return 'create';
  if (n % 12 === 11) return 'message';
  return n % 5 === 4 ? 'get' : 'list';
});
