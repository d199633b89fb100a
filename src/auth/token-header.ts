import { isUtf8 } from 'node:buffer';

/** What of a token's JOSE header (RFC 7515, 4.1) chooses a key. `jku`, `jwk`, `x5u` and all else in it are not looked at. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid?: string;
}

/**
 * Refuses a token in compact form that can't be good, whatever its signature is: before a key is looked for.
 *
 * @throws Error that says what is wrong with it, for the log.
 */
export function checkTokenHeader(token: string, algorithms: readonly string[]): void {
  const [header = '', payload = '', signature = ''] = token.split('.');
  // Its last character may have bits that belong to no byte: the same token would have several spellings.
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) refuse('its signature is not base64url');
  // Decoding would put U+FFFD for what is not UTF-8: two users could become one.
  if (!isUtf8(Buffer.from(payload, 'base64url'))) refuse('its payload is not UTF-8');
  const { alg, kid, crit } = fieldsOf(Buffer.from(header, 'base64url'));
  // RFC 7515, 4.1.11: what it names must be understood, and we understand none.
  if (crit !== undefined) refuse('its header has crit');
  if (typeof alg !== 'string' || !algorithms.includes(alg)) refuse(`its algorithm is not ${algorithms.join(' or ')}`);
  if (kid !== undefined && typeof kid !== 'string') refuse('its kid is not a string');
}

function fieldsOf(header: Buffer): Record<string, unknown> {
  const fields = isUtf8(header) ? parse(header.toString()) : undefined;
  if (typeof fields !== 'object' || fields === null) refuse('its header is not a JSON object');
  return fields as Record<string, unknown>;
}

/** undefined for what is not JSON: the parser's own message would quote it into the log. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(reason: string): never {
  throw new Error(`The token is not good: ${reason}`);
}
