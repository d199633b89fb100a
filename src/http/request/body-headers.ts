import type { IncomingMessage } from 'node:http';

type Announced = Pick<IncomingMessage, 'headers'>;

/** Whether a body is announced. One in chunks may turn out to be empty. */
export function hasBody({ headers }: Announced): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The length that is announced; undefined: it comes in chunks. */
export function contentLength({ headers }: Announced): number | undefined {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : undefined;
}
