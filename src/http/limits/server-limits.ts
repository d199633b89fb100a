import type { Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import type { Config } from '../../config/config.js';
import { longestUploadMs } from '../files/upload-time.js';
import { MAX_PATH_SEGMENT } from '../request/unreadable-urls.js';

/** Longest request line and headers together, in bytes. */
const MAX_HEADER_SIZE = 16_384;
/** How often Node looks for what takes too long to arrive, at least: it ends so much later than its limit. */
const CHECK_INTERVAL_MS = 1000;

/**
 * Limits on the size of a request, and on the time that a connection may take for what it does:
 *
 * - Headers arrive within REQUEST_TIMEOUT_MS, for a first request from the connection on, else 408, and the connection
 *   closes. From the headers on limitTime() counts, which includes the body.
 * - The rest of a body whose request was answered before (401, 413) ends within that time again, or is cut off.
 * - So is a connection on which nothing has moved in either direction for as long, which is longer than any answer takes:
 *   its client doesn't read what we send.
 * - Between two requests it is closed after KEEP_ALIVE_TIMEOUT_MS.
 *
 * How many requests a connection brings has no limit: one after another they do no harm, and each counts for itself.
 */
export function serverLimits(config: Config) {
  const timeout = config.REQUEST_TIMEOUT_MS;
  // Node's own, for all of a request: uploads may take the longest.
  const requestTimeout = Math.max(2 * timeout, longestUploadMs(config.FILE_MAX_BYTES) + timeout);
  return {
    bodyLimit: config.BODY_LIMIT,
    http: {
      maxHeaderSize: MAX_HEADER_SIZE,
      // replaceDefaultResponses() checks it, with an answer of ours.
      requireHostHeader: false,
      headersTimeout: timeout,
      requestTimeout,
      connectionsCheckingInterval: Math.min(Math.ceil(timeout / 4), CHECK_INTERVAL_MS),
    },
    // Fastify would set its own default over the one above.
    requestTimeout,
    connectionTimeout: 2 * timeout,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PATH_SEGMENT },
  } satisfies FastifyHttpOptions<Server>;
}
