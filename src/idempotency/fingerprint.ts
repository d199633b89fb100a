import { createHash } from 'node:crypto';

/** What a call asks for: its procedure, the caller's role, and its input as the schema has read it. */
export interface Asked {
  readonly path: string;
  readonly role: string;
  readonly input: unknown;
}

/**
 * SHA-256 over what a call asks for: 43 characters. The order of fields doesn't count, that of an array does; a field
 * that is absent is the one that its default fills in. Both surfaces give the same.
 */
export function fingerprint({ path, role, input }: Asked): string {
  const text = JSON.stringify([path, role, input], (_key, value) => sorted(value));
  return createHash('sha256').update(text).digest('base64url');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
