import { reading } from '../procedure/scope.js';
import { agentProcedure, router } from '../procedure/trpc.js';
import { getFigures } from './get-figures.js';
import { getFigureSeries } from './get-series.js';
import { figureSeries, figureSeriesInput, figures, figuresInput } from './schemas.js';

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

  series: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/figures/series',
        operationId: 'getFigureSeries',
        summary: 'Get Figures over Time',
        description: 'The figures of each day, week or month of a period, of all work or of one agent’s or category’s.',
        tags: ['Desk figures'],
        successDescription: 'The numbers of each part of the period',
      },
    })
    .input(figureSeriesInput)
    .output(figureSeries)
    .query(reading(getFigureSeries)),
});
