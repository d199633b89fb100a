import type { ReadScope } from '../procedure/scope.js';
import type { Account } from './schemas.js';

/** Who asks, as the service understands their token: how claims become a role is the service's own setting. */
export async function getAccount({ principal }: ReadScope): Promise<Account> {
  const { userId, role } = principal;
  return { userId, role };
}
