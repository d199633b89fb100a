import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.js';
import type { OpenSurface, Surface } from './surfaces.js';

export function newKey(): string {
  return randomUUID();
}

/** A surface whose requests all carry this key. */
export function withKey(open: OpenSurface, url: string, token: string, key: string): Surface {
  return open(url, token, { headers: { 'idempotency-key': key } });
}

export function recordsOf(db: Database, userId: string) {
  return db.reader.idempotencyRecord.findMany({ where: { userId }, orderBy: { key: 'asc' } });
}
