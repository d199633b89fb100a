import { z } from 'zod';
import { ROLES } from '../auth/principal.js';

export const getAccountInput = z.strictObject({}).optional();

export const account = z
  .strictObject({
    userId: z.string().meta({ description: '`sub` of the token' }),
    role: z
      .enum(ROLES)
      .meta({ id: 'Role', description: 'By the role claim of the token; who has none that counts is a customer' }),
  })
  .meta({ id: 'Account', examples: [{ userId: 'user_123', role: 'customer' }] });

export type Account = z.infer<typeof account>;
