import type { ModelRow } from '../db/models/models.js';
import type { Profile } from './schemas.js';

const SHOWN = { userId: true, name: true, email: true, role: true, updatedAt: true } as const;

/** A constraint of the table holds the role to its values. */
export function toProfile({ role, updatedAt, ...rest }: ModelRow<'profile', typeof SHOWN>): Profile {
  return {
    ...rest,
    role: role as Profile['role'],
    updatedAt: updatedAt.toISOString(),
  };
}
