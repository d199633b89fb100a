import { reading, transacting } from '../procedure/scope.js';
import { adminProcedure, agentProcedure, router } from '../procedure/trpc.js';
import { deleteProfile } from './delete-profile.js';
import { importProfiles } from './import-profiles.js';
import { listAgents } from './list-agents.js';
import { lookUpProfiles } from './look-up-profiles.js';
import {
  deleteProfileInput,
  deleteProfileOutput,
  importProfilesInput,
  importProfilesOutput,
  listAgentsInput,
  listProfilesOutput,
  lookUpProfilesInput,
} from './schemas.js';

const tags = ['Desk profiles'];

export const profilesRouter = router({
  lookUp: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/profiles/lookup',
        operationId: 'lookUpProfiles',
        summary: 'Look up Profiles',
        description: 'What up to 100 people are called, by their user ids. Nothing is changed.',
        tags,
        successDescription: 'The profiles that there are',
      },
    })
    .input(lookUpProfilesInput)
    .output(listProfilesOutput)
    .query(reading(lookUpProfiles)),

  agents: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/profiles/agents',
        operationId: 'listAgents',
        summary: 'List Agents',
        description: 'The agents and admins that have a profile, by name; all or those that have a text in it.',
        tags,
        successDescription: 'The first of them',
      },
    })
    .input(listAgentsInput)
    .output(listProfilesOutput)
    .query(reading(listAgents)),

  import: adminProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/profiles/import',
        operationId: 'importProfiles',
        summary: 'Import Profiles',
        description: 'Set what up to 100 people are called, in the place of what was known of them.',
        tags,
        successDescription: 'All of them are set',
      },
    })
    .input(importProfilesInput)
    .output(importProfilesOutput)
    .mutation(transacting(importProfiles, { long: true })),

  delete: adminProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/desk/profiles/{userId}',
        operationId: 'deleteProfile',
        summary: 'Delete Profile',
        description: 'Forget what somebody is called. Their tickets stay.',
        tags,
        successDescription: 'The profile is gone',
      },
      missing: 'Profile not found',
      errors: ['NOT_FOUND'],
    })
    .input(deleteProfileInput)
    .output(deleteProfileOutput)
    .mutation(transacting(deleteProfile)),
});
