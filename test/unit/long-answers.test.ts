import fastify, { type FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { sendLongAnswersAsBytes } from '../../src/http/response/long-answers.js';

const LONG_TEXT = 'a'.repeat(50_000);
const LATE = { error: 'late' };

let app: FastifyInstance;
beforeEach(() => {
  app = fastify();
  sendLongAnswersAsBytes(app);
});

describe.each([
  ['an object', () => ({ texts: [LONG_TEXT, LONG_TEXT] }), JSON.stringify({ texts: [LONG_TEXT, LONG_TEXT] })],
  ['text', () => LONG_TEXT, LONG_TEXT],
])('a long answer that is %s', (_name, answer, expected) => {
  it('is sent as bytes, with its length', async () => {
    app.get('/', async (_request, reply) => {
      reply.long = true;
      return answer();
    });
    const { rawPayload, headers } = await app.inject('/');
    expect(rawPayload.toString()).toBe(expected);
    expect(headers['content-length']).toBe(String(expected.length));
  });

  it('is not sent where another one was, while it was made', async () => {
    let heads: MockInstance | undefined;
    app.get('/', (_request, reply) => {
      heads = vi.spyOn(reply.raw, 'writeHead');
      reply.long = true;
      reply.type('application/json').send(answer());
      // As limitTime() does.
      reply.code(503).send(LATE);
    });
    const { statusCode, body } = await app.inject('/');
    expect([statusCode, JSON.parse(body)]).toEqual([503, LATE]);
    for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
    expect(heads).toHaveBeenCalledOnce();
  });
});
