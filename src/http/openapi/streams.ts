import { type ZodType, z } from 'zod';
import type { Meta } from '../../procedure/meta.js';
import { itemOf } from '../../procedure/stream-output.js';
import type { Subscription } from '../streams/subscriptions.js';
import { COMMON_HEADERS, type Json } from './components.js';
import { failureResponses } from './failures.js';

const RULES = `Each event has an \`id\` and, as JSON, \`data\`; the first one is \`{"type":"ready","resumed":…}\`. Send the last id as
\`Last-Event-ID\` (an EventSource does) or \`after\` to go on after it. Comments are signs of life. An \`event: end\` tells why the stream
ends, \`retry\` in how many milliseconds to come back.`;

/** The path of a subscription on REST, as its operation. trpc-to-openapi knows none. */
export function streamPath({ meta, input, output }: Subscription): [path: string, methods: { get: Json }] | undefined {
  const { stream } = meta;
  if (stream === undefined) return undefined;
  const { path, operationId, summary, description, tags } = stream;
  const get = {
    operationId,
    summary,
    description: `${description}\n\n${RULES}`,
    tags,
    security: [{ bearer: [] }],
    parameters: [...queryParameters(input), LAST_EVENT_ID],
    responses: {
      '200': {
        description: 'The stream, for as long as it is wanted',
        headers: COMMON_HEADERS,
        content: {
          'text/event-stream': { schema: { type: 'string' }, example: exampleOf(itemOf(output)) },
        },
      },
      ...failureResponses({ ...meta, openapi: { ...stream, method: 'GET' } } satisfies Meta),
    },
  };
  return [path, { get }];
}

const LAST_EVENT_ID: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: '`after`, as an EventSource sends it when it connects again; it comes first',
  schema: { type: 'string', maxLength: 1000 },
};

function queryParameters(input: ZodType): Json[] {
  const { properties = {} } = z.toJSONSchema(input, { io: 'input' });
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => {
    return { name, in: 'query', required: false, description, schema };
  });
}

function exampleOf(item: ZodType): string {
  const [example] = (item.meta()?.examples as unknown[] | undefined) ?? [];
  if (example === undefined) throw new TypeError('A stream has no documented example: give its item one in .meta()');
  return `id: WzEwNDIsMTA0Ml0\ndata: ${JSON.stringify(example)}\n\n`;
}
