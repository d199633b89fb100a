import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addStep } from '../hooks.js';

const AWAITED = Symbol('awaits 100 Continue');
/** With its answer, for as long as its client waits to be asked for the body. */
type Waiting = IncomingMessage & { [AWAITED]?: ServerResponse | undefined };

/**
 * A client that sends `Expect: 100-continue` waits to be asked for its body (RFC 9110, 10.1.1). Node asks at once; here a body is
 * asked for when it is going to be read, so that one that is refused isn't sent. Node ends the connection of one that was
 * answered without being asked, as nobody knows whether its body still comes.
 */
export function awaitBeforeContinue(app: FastifyInstance): void {
  app.server.on('checkContinue', (request: Waiting, response: ServerResponse) => {
    request[AWAITED] = response;
    app.server.emit('request', request, response);
  });
  addStep(app, 'onSend', ({ raw }: { raw: Waiting }, reply) => {
    if (raw[AWAITED]) reply.header('connection', 'close');
  });
}

/** Asks for the body, where the client waits for that. To be called right before it is read. */
export function askForBody({ raw }: FastifyRequest): void {
  const waiting: Waiting = raw;
  waiting[AWAITED]?.writeContinue();
  waiting[AWAITED] = undefined;
}
