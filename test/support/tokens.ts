import { createSigner } from 'fast-jwt';

export const TEST_SECRET = 'a-secret-for-tests-of-32-bytes-or-more';

const sign = createSigner({ key: TEST_SECRET, algorithm: 'HS256' });

/** A token that TEST_SECRET signs, good for an hour unless `claims` say otherwise (`exp: undefined` takes it off). */
export function customerToken(sub = 'user_123', claims: Record<string, unknown> = {}): string {
  return sign({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims, sub });
}

export function agentToken(sub = 'agent_123', claims: Record<string, unknown> = {}): string {
  return customerToken(sub, { role: 'agent', ...claims });
}

export function adminToken(sub = 'admin_123', claims: Record<string, unknown> = {}): string {
  return customerToken(sub, { role: 'admin', ...claims });
}
