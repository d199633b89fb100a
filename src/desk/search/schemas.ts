import { z } from 'zod';
import { oneWayFields, withOnePlace } from '../../schema/pagination.js';
import { text } from '../../schema/text.js';
import { timestamp } from '../../schema/time.js';
import { EXAMPLE_TICKET, queuedTicket, ticketFilters } from '../queue/schemas.js';
import { MAX_PREFIXES, MAX_TERMS, queryFault } from './terms.js';

export const searchInput = withOnePlace(
  z.strictObject({
    q: text({ max: 200, fault: queryFault }).meta({
      description: `Words that must all be in one text; \`"in this order"\` for a phrase; \`pay*\` for what begins so. What has no space in it is looked for as it stands. At most ${MAX_TERMS} words and phrases, ${MAX_PREFIXES} of them with \`*\``,
      examples: ['payment fail*'],
    }),
    ...ticketFilters,
    ...oneWayFields,
  }),
  'after',
);

/** Matches that are marked in a text. One of nothing else would make two pieces for each, which take long to write and to read. */
export const MOST_MARKED = 20;

const pieces = z.array(z.strictObject({ text: z.string(), match: z.boolean() })).meta({
  id: 'Highlighted',
  description: `Plain text, cut where a match begins or ends. The first ${MOST_MARKED} matches are marked`,
});

export const searchHit = z
  .strictObject({
    ticket: queuedTicket,
    in: z.enum(['ticket', 'message', 'note']).meta({ description: 'The text of the ticket that fits best' }),
    sourceId: z.string().meta({ description: 'The id of that ticket, message or note' }),
    subject: pieces,
    excerpt: pieces.meta({ description: 'Of the description, the message or the note' }),
    writtenAt: timestamp,
  })
  .meta({ id: 'SearchHit' });

export const searchOutput = z
  .strictObject({
    hits: z.array(searchHit),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `after` (or `cursor`) for what follows; null: nothing does' }),
    complete: z.boolean().meta({
      description:
        'false: there may be more. 2,000 texts match or more, of which the newest were ranked; or not all are indexed yet',
    }),
  })
  .meta({
    id: 'SearchPage',
    examples: [
      {
        hits: [
          {
            ticket: EXAMPLE_TICKET,
            in: 'message',
            sourceId: 'msg_001',
            subject: [
              { text: 'Unable to make ', match: false },
              { text: 'payment', match: true },
            ],
            excerpt: [
              { text: "I can't make a ", match: false },
              { text: 'payment', match: true },
            ],
            writtenAt: '2024-01-22T16:30:00.000Z',
          },
        ],
        next: null,
        complete: true,
      },
    ],
  });

export type SearchInput = z.infer<typeof searchInput>;
export type SearchPage = z.infer<typeof searchOutput>;
export type Highlighted = z.infer<typeof pieces>;
