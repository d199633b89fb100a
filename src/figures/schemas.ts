import { z } from 'zod';
import { instant, timestamp } from '../schema/time.js';

const DAY_MS = 86_400_000;
export const MAX_DAYS = 366;
/** Most agents in one answer. */
export const MAX_AGENTS = 1_000;

export const figuresInput = z
  .strictObject({
    from: instant.meta({ description: 'Beginning of the period, part of it', examples: ['2026-01-01T00:00:00Z'] }),
    to: instant.meta({
      description: `End of the period, not part of it; at most ${MAX_DAYS} days after \`from\``,
      examples: ['2026-02-01T00:00:00Z'],
    }),
  })
  .check(({ value, issues }) => {
    if (issues.length > 0) return;
    const days = (Date.parse(value.to) - Date.parse(value.from)) / DAY_MS;
    if (days > 0 && days <= MAX_DAYS) return;
    const message = days > 0 ? `Must be at most ${MAX_DAYS} days after from` : 'Must be later than from';
    issues.push({ code: 'custom', input: value.to, path: ['to'], message });
  });

const count = z.int().min(0);
const seconds = z.int().nullable();
const times = z
  .strictObject({
    median: seconds.meta({ description: 'Half of them took so many seconds or less; null: there is none' }),
    p90: seconds.meta({ description: 'Nine in ten took so many seconds or less; null: there is none' }),
  })
  .meta({ id: 'Times' });

const ratings = z
  .strictObject({
    count: count.meta({ description: 'Tickets that were rated within the period' }),
    average: z.number().nullable().meta({ description: 'Of the scores, to two decimals; null: there is none' }),
    distribution: z
      .strictObject({ 1: count, 2: count, 3: count, 4: count, 5: count })
      .meta({ description: 'How many ratings there are of each score' }),
  })
  .meta({ id: 'RatingFigures' });

const work = {
  answered: count.meta({ description: 'Tickets that the desk answered first within the period' }),
  solved: count.meta({ description: 'Tickets that were resolved within the period, and are still' }),
  firstResponseSeconds: times.meta({ description: 'From the opening of those answered to their first answer' }),
  resolutionSeconds: times.meta({ description: 'From the opening of those solved to their resolution' }),
  ratings,
};

const RATINGS = { count: 120, average: 4.38, distribution: { 1: 6, 2: 4, 3: 8, 4: 22, 5: 80 } };
const opened = count.meta({ description: 'Tickets that were opened within the period' });

export const figures = z
  .strictObject({
    from: timestamp,
    to: timestamp,
    overall: z.strictObject({ opened, ...work }).meta({ id: 'OverallFigures' }),
    agents: z
      .array(
        z
          .strictObject({
            agent: z.string().nullable().meta({
              description:
                'Who wrote the first answer, resolved it, or is rated; null: from before there was a history, or nobody was',
            }),
            ...work,
          })
          .meta({ id: 'AgentFigures' }),
      )
      .meta({
        description: 'Who answered or solved a ticket, or is rated for one, by user id: the 1,000 who did most',
      }),
    agentsLeftOut: count.meta({ description: 'How many more there are' }),
    categories: z
      .array(z.strictObject({ categoryId: z.string(), opened, ...work }).meta({ id: 'CategoryFigures' }))
      .meta({ description: 'The categories that have a ticket in one of the numbers, by id' }),
  })
  .meta({
    id: 'Figures',
    examples: [
      {
        from: '2024-01-01T00:00:00.000Z',
        to: '2024-02-01T00:00:00.000Z',
        overall: {
          opened: 412,
          answered: 397,
          solved: 380,
          firstResponseSeconds: { median: 1840, p90: 14_200 },
          resolutionSeconds: { median: 50_400, p90: 259_200 },
          ratings: RATINGS,
        },
        agents: [
          {
            agent: 'agent_123',
            answered: 397,
            solved: 380,
            firstResponseSeconds: { median: 1840, p90: 14_200 },
            resolutionSeconds: { median: 50_400, p90: 259_200 },
            ratings: RATINGS,
          },
        ],
        agentsLeftOut: 0,
        categories: [
          {
            categoryId: 'category_001',
            opened: 412,
            answered: 397,
            solved: 380,
            firstResponseSeconds: { median: 1840, p90: 14_200 },
            resolutionSeconds: { median: 50_400, p90: 259_200 },
            ratings: RATINGS,
          },
        ],
      },
    ],
  });

export type FiguresInput = z.infer<typeof figuresInput>;
export type Figures = z.infer<typeof figures>;
