import type { ByteRange } from '../../storage/file-store.js';

interface Conditions {
  range?: string | undefined;
  ifRange?: string | undefined;
}

/**
 * The part of `size` bytes that a request asks for (RFC 9110, 14.1); undefined: all of it, as where it asks for several parts, for
 * what there is none of, or for a part of what it has had before and is no more.
 */
export function requestedRange({ range = '', ifRange }: Conditions, size: number, etag: string): ByteRange | undefined {
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range) ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start <= end ? { start, end } : undefined;
}

/** Whether a client has this already: `If-None-Match` (RFC 9110, 13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
