import { reading } from '../procedure/scope.js';
import { customerProcedure, router } from '../procedure/trpc.js';
import { getAccount } from './get-account.js';
import { account, getAccountInput } from './schemas.js';

export const accountRouter = router({
  get: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/account',
        operationId: 'getAccount',
        summary: 'Get Own Account',
        description: 'Who the service takes you for: user id and role, as the token says them.',
        tags: ['Account'],
        successDescription: 'User id and role',
      },
    })
    .input(getAccountInput)
    .output(account)
    .query(reading(getAccount)),
});
