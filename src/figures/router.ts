import { reading } from '../procedure/scope.js';
import { agentProcedure, router } from '../procedure/trpc.js';
import { getFigures } from './get-figures.js';
import { figures, figuresInput } from './schemas.js';

export const figuresRouter = router({
  get: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/figures',
        operationId: 'getFigures',
        summary: 'Get Figures',
        description: 'How much was opened, answered and solved in a period, and how long it took.',
        tags: ['Desk figures'],
        successDescription: 'The numbers, overall, by agent and by category',
      },
    })
    .input(figuresInput)
    .output(figures)
    .query(reading(getFigures)),
});
