import { z } from 'zod';
import { ROLES } from '../auth/principal.js';
import { subjectId } from '../schema/id-fields.js';
import { limitField, MAX_ITEMS } from '../schema/pagination.js';
import { text, userIdField } from '../schema/text.js';
import { timestamp } from '../schema/time.js';

/** Most people that are named at once, to be read or imported. */
export const MAX_PROFILES = MAX_ITEMS;
export const MAX_NAME = 200;
/** As long as SMTP lets an address be. */
export const MAX_EMAIL = 254;

const role = z.enum(ROLES, { error: `Must be one of: ${ROLES.join(', ')}` });
const email = text({ max: MAX_EMAIL });

const DANA = {
  userId: 'agent_123',
  name: 'Dana Weber',
  email: 'dana@example.com',
  role: 'agent',
  updatedAt: '2024-01-22T16:30:00Z',
} as const;

export const profile = z
  .strictObject({
    userId: z.string().meta({ description: '`sub` of their tokens' }),
    name: z.string(),
    email: z.string().nullable(),
    role: role.meta({ description: 'As the import says: rights follow from tokens alone' }),
    updatedAt: timestamp,
  })
  .meta({ id: 'Profile', examples: [DANA] });

export const lookUpProfilesInput = z
  .strictObject({
    userIds: z
      .array(text({ max: 255, blank: true }), { error: 'Must be an array of user ids' })
      .max(MAX_PROFILES, { error: `Must be at most ${MAX_PROFILES} user ids` })
      .meta({ description: 'Whose profiles; who has none is left out' }),
  })
  .meta({ examples: [{ userIds: ['agent_123', 'user_123'] }] });
export const listProfilesOutput = z.array(profile).meta({ examples: [[DANA]] });

export const listAgentsInput = z
  .strictObject({
    name: text({ max: 100 })
      .meta({ description: 'What their name, address or id has in it; case and accents don’t count' })
      .optional(),
    limit: limitField,
  })
  .default({ limit: 20 });

export const importProfilesInput = z
  .strictObject({
    profiles: z
      .array(
        z.strictObject({
          userId: userIdField().meta({ description: '`sub` of their tokens' }),
          name: text({ max: MAX_NAME }),
          email: email.nullable().default(null),
          role: role.default('customer'),
        }),
        { error: 'Must be an array of profiles' },
      )
      .min(1, { error: 'Must be at least one profile' })
      .max(MAX_PROFILES, { error: `Must be at most ${MAX_PROFILES} profiles` })
      .meta({ description: 'Each in the place of what was known of this person; of two of the same, the last one' }),
  })
  .meta({ examples: [{ profiles: [{ userId: DANA.userId, name: DANA.name, email: DANA.email, role: DANA.role }] }] });
export const importProfilesOutput = z
  .strictObject({ imported: z.int().meta({ description: 'How many people' }) })
  .meta({ id: 'ImportedProfiles', examples: [{ imported: 1 }] });

export const deleteProfileInput = z.strictObject({ userId: subjectId.meta({ description: 'User ID' }) });
export const deleteProfileOutput = z
  .strictObject({ userId: z.string() })
  .meta({ id: 'DeletedProfile', examples: [{ userId: 'user_123' }] });

export type Profile = z.infer<typeof profile>;
export type LookUpProfilesInput = z.infer<typeof lookUpProfilesInput>;
export type ListAgentsInput = z.infer<typeof listAgentsInput>;
export type ImportProfilesInput = z.infer<typeof importProfilesInput>;
export type ImportedProfiles = z.infer<typeof importProfilesOutput>;
export type DeleteProfileInput = z.infer<typeof deleteProfileInput>;
export type DeletedProfile = z.infer<typeof deleteProfileOutput>;
