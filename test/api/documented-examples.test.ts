import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { send } from '../support/send.js';
import { TIMESTAMP } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

/** The documented contract, operation by operation: the requests as they stand there, and the shape of each response. */
const CREATE = {
  request: `{
"subject": "Unable to make payment",
"description": "I'm experiencing issues making a payment on my loan",
"categoryId": "category_001",
"priority": "High",
"attachments": ["file_id_123"]
}`,
  response: `{
"success": true,
"statusCode": 200,
"data": {
"ticketId": "ticket_123",
"subject": "Unable to make payment",
"status": "Open",
"priority": "High",
"createdAt": "2024-01-22T16:30:00Z"
},
"error": null
}`,
};

const LIST = {
  response: `{
"success": true,
"statusCode": 200,
"data": [
{
"ticketId": "ticket_123",
"subject": "Unable to make payment",
"status": "In Progress",
"priority": "High",
"createdAt": "2024-01-22T16:30:00Z",
"updatedAt": "2024-01-23T09:00:00Z"
}
],
"error": null
}`,
};

const GET = {
  response: `{
"success": true,
"statusCode": 200,
"data": {
"ticketId": "ticket_123",
"userId": "user_123",
"subject": "Unable to make payment",
"description": "I'm experiencing issues making a payment on my loan",
"status": "In Progress",
"priority": "High",
"categoryId": "category_001",
"assignedAgent": "agent_123",
"messages": [
{
"messageId": "msg_001",
"sender": "user_123",
"content": "I can't make a payment",
"timestamp": "2024-01-22T16:30:00Z"
}
],
"createdAt": "2024-01-22T16:30:00Z"
},
"error": null
}`,
};

const ADD_MESSAGE = {
  request: `{
"message": "I've tried multiple times but still getting an error",
"attachments": ["file_id_456"]
}`,
  response: `{
"success": true,
"statusCode": 200,
"data": {
"messageId": "msg_002",
"ticketId": "ticket_123",
"content": "I've tried multiple times but still getting an error",
"timestamp": "2024-01-23T10:15:00Z"
},
"error": null
}`,
};

const CLOSE = {
  request: `{
"resolution": "Issue was resolved by updating payment method"
}`,
  response: `{
"success": true,
"statusCode": 200,
"data": {
"ticketId": "ticket_123",
"status": "Closed",
"closedAt": "2024-01-23T11:00:00Z"
},
"error": null
}`,
};

const CATEGORIES = {
  response: `{
"success": true,
"statusCode": 200,
"data": [
{
"categoryId": "category_001",
"name": "Payment Issues",
"description": "Help with payment problems"
},
{
"categoryId": "category_002",
"name": "Loan Questions",
"description": "Questions about loans"
}
],
"error": null
}`,
};

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

/** One request, as a client that follows the document sends it. */
function call(method: 'GET' | 'POST', path: string, token: string | undefined, body?: string) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return send(server.url + path, { method, headers, ...(token && { token }), ...(body && { body }) });
}

/** The keys of a document in their order, at every depth; of an array, those of its first element. */
function keys(value: unknown): unknown {
  if (Array.isArray(value)) return [keys(value[0])];
  if (typeof value !== 'object' || value === null) return null;
  return Object.entries(value).map(([key, inner]) => [key, keys(inner)]);
}

describe('the documented examples against a fresh server', () => {
  it('work one after another, and answer with the documented keys', async () => {
    const token = customerToken('user_123');
    const inShapeOf = (documented: string, { status, body }: { status: number; body: unknown }) => {
      expect(status).toBe(200);
      expect(keys(body)).toEqual(keys(JSON.parse(documented)));
      expect(body).toMatchObject({ success: true, statusCode: 200, error: null });
      // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
      return (body as any).data;
    };

    const created = inShapeOf(CREATE.response, await call('POST', '/support/tickets', token, CREATE.request));
    const { ticketId } = created;
    expect(created).toEqual({
      ...JSON.parse(CREATE.response).data,
      ticketId: expect.stringMatching(/^ticket_/),
      createdAt: expect.stringMatching(TIMESTAMP),
    });

    const added = inShapeOf(
      ADD_MESSAGE.response,
      await call('POST', `/support/tickets/${ticketId}/messages`, token, ADD_MESSAGE.request),
    );
    expect(added).toEqual({
      ...JSON.parse(ADD_MESSAGE.response).data,
      messageId: expect.stringMatching(/^msg_/),
      ticketId,
      timestamp: expect.stringMatching(TIMESTAMP),
    });

    const [listed] = inShapeOf(LIST.response, await call('GET', '/support/tickets', token));
    expect(listed).toEqual({ ...created, updatedAt: added.timestamp });

    const ticket = inShapeOf(GET.response, await call('GET', `/support/tickets/${ticketId}`, token));
    expect(ticket).toEqual({
      ...JSON.parse(GET.response).data,
      ticketId,
      status: 'Open',
      assignedAgent: null,
      messages: [
        { messageId: added.messageId, sender: 'user_123', content: added.content, timestamp: added.timestamp },
      ],
      createdAt: created.createdAt,
    });

    const closed = inShapeOf(
      CLOSE.response,
      await call('POST', `/support/tickets/${ticketId}/close`, token, CLOSE.request),
    );
    expect(closed).toEqual({ ticketId, status: 'Closed', closedAt: expect.stringMatching(TIMESTAMP) });

    const categories = inShapeOf(CATEGORIES.response, await call('GET', '/support/categories', token));
    expect(categories.slice(0, 2)).toEqual(JSON.parse(CATEGORIES.response).data);
  });

  it('filter and page the list by the documented parameters', async () => {
    const token = customerToken('user_124');
    for (const _ticket of [1, 2]) await call('POST', '/support/tickets', token, CREATE.request);
    for (const [query, count] of [
      ['status=Open&priority=High&page=1&limit=20', 2],
      ['status=Open&page=2&limit=1', 1],
      ['status=In%20Progress', 0],
      ['priority=Critical', 0],
    ] as const) {
      const { status, body } = await call('GET', `/support/tickets?${query}`, token);
      expect([status, body.data.length], query).toEqual([200, count]);
    }
  });
});

describe('the documented errors', () => {
  const OPERATIONS = [
    ['Create Support Ticket', 'POST', '/support/tickets', CREATE.request],
    ['Get Support Tickets', 'GET', '/support/tickets', undefined],
    ['Get Ticket Details', 'GET', '/support/tickets/ticket_123', undefined],
    ['Add Ticket Message', 'POST', '/support/tickets/ticket_123/messages', ADD_MESSAGE.request],
    ['Close Ticket', 'POST', '/support/tickets/ticket_123/close', CLOSE.request],
    ['Get Support Categories', 'GET', '/support/categories', undefined],
  ] as const;

  const failure = (statusCode: number, error: object) => ({ success: false, statusCode, data: null, error });

  it.each(OPERATIONS)('%s: 401 Unauthorized', async (_name, method, path, body) => {
    const { status, headers, body: answer } = await call(method, path, undefined, body);
    expect(status).toBe(401);
    expect(answer).toEqual(failure(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' }));
    expect(headers.get('www-authenticate')).toBe('Bearer realm="support-api"');
  });

  it.each(OPERATIONS.filter(([, , path]) => path.includes('ticket_123')))(
    '%s: 404 Ticket not found',
    async (_name, method, path, body) => {
      const { status, body: answer } = await call(method, path, customerToken(), body);
      expect(status).toBe(404);
      expect(answer).toEqual(failure(404, { code: 'NOT_FOUND', message: 'Ticket not found' }));
    },
  );

  it('Create Support Ticket: 400 Invalid ticket data', async () => {
    const wrong = JSON.stringify({ ...JSON.parse(CREATE.request), priority: 'Urgent', subject: undefined });
    const { status, body } = await call('POST', '/support/tickets', customerToken(), wrong);
    expect(status).toBe(400);
    expect(body).toEqual(
      failure(400, {
        code: 'BAD_REQUEST',
        message: 'Invalid ticket data',
        details: [
          { path: 'subject', message: 'Required' },
          { path: 'priority', message: 'Must be one of: Low, Medium, High, Critical' },
        ],
      }),
    );
  });

  it('Add Ticket Message: 400 Invalid message, for what is wrong in itself and for a closed ticket', async () => {
    const token = customerToken();
    const { ticketId } = (await call('POST', '/support/tickets', token, CREATE.request)).body.data;
    const path = `/support/tickets/${ticketId}/messages`;

    const wrong = await call('POST', path, token, '{"message": " "}');
    expect(wrong.status).toBe(400);
    expect(wrong.body).toEqual(
      failure(400, {
        code: 'BAD_REQUEST',
        message: 'Invalid message',
        details: [{ path: 'message', message: 'Must hold something besides white space' }],
      }),
    );

    await call('POST', `/support/tickets/${ticketId}/close`, token, CLOSE.request);
    const late = await call('POST', path, token, ADD_MESSAGE.request);
    expect(late.status).toBe(400);
    expect(late.body).toEqual(failure(400, { code: 'TICKET_CLOSED', message: 'Invalid message' }));
  });
});
