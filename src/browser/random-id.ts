/** For idempotency keys, of 32 characters. Not `crypto.randomUUID()`: pages without TLS have none. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
