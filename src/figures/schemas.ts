import { z } from 'zod';
import { text, userIdFilter } from '../schema/text.js';
import { instant, timestamp } from '../schema/time.js';
import { timeZone } from '../schema/time-zone.js';

const DAY_MS = 86_400_000;
export const MAX_DAYS = 366;
/** Most agents in one answer. */
export const MAX_AGENTS = 1_000;

/** Of a series: a period of the longest length, that begins and ends within a day. */
export const MAX_STEPS = MAX_DAYS + 2;
export const STEPS = ['day', 'week', 'month'] as const;

const period = {
  from: instant.meta({ description: 'Beginning of the period, part of it', examples: ['2026-01-01T00:00:00Z'] }),
  to: instant.meta({
    description: `End of the period, not part of it; at most ${MAX_DAYS} days after \`from\``,
    examples: ['2026-02-01T00:00:00Z'],
  }),
};

function periodFault({ from, to }: { from: string; to: string }): string | undefined {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  if (days > MAX_DAYS) return `Must be at most ${MAX_DAYS} days after from`;
  return days > 0 ? undefined : 'Must be later than from';
}

function checkPeriod({ value, issues }: z.core.ParsePayload<{ from: string; to: string }>): void {
  if (issues.length > 0) return;
  const message = periodFault(value);
  if (message !== undefined) issues.push({ code: 'custom', input: value.to, path: ['to'], message });
}

export const figuresInput = z.strictObject(period).check(checkPeriod);

export const figureSeriesInput = z
  .strictObject({
    ...period,
    every: z
      .enum(STEPS, { error: `Must be one of: ${STEPS.join(', ')}` })
      .meta({
        description: 'How long the parts are: days, weeks from Monday, or months, by the clocks of the time zone',
      })
      .default('day'),
    timeZone: timeZone.default('UTC'),
    categoryId: text({ max: 255 }).meta({ description: 'Of tickets in this category alone' }).optional(),
    agent: userIdFilter().meta({ description: 'Of the work of this agent alone; `me` is yourself' }).optional(),
  })
  .check(checkPeriod);

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
const WORK = {
  answered: 397,
  solved: 380,
  firstResponseSeconds: { median: 1840, p90: 14_200 },
  resolutionSeconds: { median: 50_400, p90: 259_200 },
  ratings: RATINGS,
};
const JANUARY = { opened: 412, ...WORK };
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
        overall: JANUARY,
        agents: [{ agent: 'agent_123', ...WORK }],
        agentsLeftOut: 0,
        categories: [{ categoryId: 'category_001', ...JANUARY }],
      },
    ],
  });

export const figureSeries = z
  .strictObject({
    from: timestamp,
    to: timestamp,
    every: z.enum(STEPS),
    timeZone: z.string(),
    series: z
      .array(
        z
          .strictObject({
            from: timestamp,
            to: timestamp,
            opened: count.nullable().meta({
              description:
                'Tickets that were opened within the part; null where one agent’s work is asked for: it is nobody’s',
            }),
            ...work,
          })
          .meta({ id: 'FigureStep' }),
      )
      .max(MAX_STEPS)
      .meta({ description: 'All parts of the period, also those in which nothing happened' }),
  })
  .meta({
    id: 'FigureSeries',
    examples: [
      {
        from: '2024-01-01T00:00:00.000Z',
        to: '2024-02-01T00:00:00.000Z',
        every: 'month',
        timeZone: 'UTC',
        series: [{ from: '2024-01-01T00:00:00.000Z', to: '2024-02-01T00:00:00.000Z', ...JANUARY }],
      },
    ],
  });

export type FiguresInput = z.infer<typeof figuresInput>;
export type Figures = z.infer<typeof figures>;
export type FigureSeriesInput = z.infer<typeof figureSeriesInput>;
export type FigureSeries = z.infer<typeof figureSeries>;
