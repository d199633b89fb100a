import type { IncomingMessage } from 'node:http';

/** Longest token, in characters. More than identity providers put into one, and a bound to what a forged one costs. */
const MAX_TOKEN_LENGTH = 8192;

/** RFC 6750, 2.1, with a JWS in compact form (RFC 7515, 7.1). The scheme's case doesn't count (RFC 9110, 11.1). */
const BEARER_TOKEN = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** The token of the one `Authorization: Bearer` header; undefined if there is none, or more than one such header. */
export function bearerToken({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined || authorization.length > MAX_TOKEN_LENGTH + 'Bearer '.length) return undefined;
  // Node keeps the first of several and drops the rest: a proxy in front may have looked at another one.
  if (!isSingle(rawHeaders)) return undefined;
  return BEARER_TOKEN.exec(authorization)?.[1];
}

function isSingle(rawHeaders: readonly string[]): boolean {
  let seen = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 'authorization'.length && name.toLowerCase() === 'authorization') seen += 1;
  }
  return seen === 1;
}
