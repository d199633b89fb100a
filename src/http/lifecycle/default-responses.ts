import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import { requestId } from '../request/request-log.js';
import type { OpenRequests } from './open-requests.js';
import { MALFORMED } from './parser-errors.js';
import { endWithFailure } from './raw-response.js';

/**
 * Takes over what Node's HTTP server answers by itself, with no body and no request id. Its check for Host must be off
 * (`requireHostHeader: false`).
 */
export function replaceDefaultResponses(app: FastifyInstance, openRequests: OpenRequests): void {
  // Node takes a request line without a version for HTTP/0.9, with methods that no router knows: RTSP's, HTTP/2's preface.
  app.server.prependListener('request', (request: IncomingMessage) => {
    if (request.httpVersionMajor === 0) request.method = 'GET';
  });
  addStep(app, 'onRequest', ({ raw }) => {
    // RFC 9112, 3.2: a request of HTTP/1.1 names its host. HTTP/0.9 could not even read an answer of ours.
    const hostless = raw.httpVersion === '1.1' && raw.headers.host === undefined;
    if (hostless || raw.httpVersionMajor === 0) {
      throw new AppError('BAD_REQUEST', { details: [{ path: '', message: MALFORMED }] });
    }
  });
  // An expectation that we don't know may be ignored (RFC 9110, 10.1.1); Node would refuse it with a bare 417.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  // A client that has nothing more to send may close its side at once (RFC 9112, 9.6); without this, Node closes ours too
  // and throws the answer away, although the request is done.
  (app.server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  // Without a listener, Node closes the connection and says nothing.
  app.server.on('connect', (request: IncomingMessage, socket: Socket) => {
    // Read and dropped, or it would not be noticed when the client goes away.
    socket.resume();
    endWithFailure(socket, openRequests, {
      failed: new AppError('METHOD_NOT_ALLOWED'),
      id: requestId(request),
      headers: ['allow: GET, HEAD, POST'],
    });
  });
  // A connection that could not be accepted (the kernel is out of memory or of files) is that peer's alone. From listening on:
  // before, it says why we can't.
  app.addHook('onListen', async () => {
    app.server.on('error', (err) => app.log.error({ err }, 'a connection could not be accepted'));
  });
}
