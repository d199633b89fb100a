import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { MAX_ACTIVE, MAX_CATEGORIES } from '../../src/categories/desk-category.js';
import { createCategoryInput } from '../../src/categories/schemas.js';
import { queueFilters } from '../../src/desk/queue/schemas.js';
import { MOST_MARKED } from '../../src/desk/search/schemas.js';
import { createViewInput, MAX_VIEWS } from '../../src/desk/views/schemas.js';
import { MAX_BULK } from '../../src/desk/work/schemas.js';
import { EVENT_TYPES } from '../../src/events/event-types.js';
import { MAX_AGENTS, MAX_STEPS } from '../../src/figures/schemas.js';
import { MAX_MACROS_BYTES } from '../../src/macros/require-room.js';
import { createMacroInput } from '../../src/macros/schemas.js';
import { addMessageInput } from '../../src/messages/schemas.js';
import { addNoteInput } from '../../src/notes/schemas.js';
import { MAX_PRESENT } from '../../src/presence/schemas.js';
import { MAX_EMAIL, MAX_NAME as MAX_PROFILE_NAME, MAX_PROFILES } from '../../src/profiles/schemas.js';
import { rateTicketInput } from '../../src/ratings/schemas.js';
import { MAX_ITEMS, MAX_TEXT_BYTES } from '../../src/schema/pagination.js';
import { userIdField } from '../../src/schema/text.js';
import { MAX_HOLIDAYS, MAX_HOURS, setSlaCalendarInput } from '../../src/sla/calendar-schemas.js';
import { MAX_NAME } from '../../src/storage/file-types.js';
import { normalTag } from '../../src/tags/normal-tag.js';
import { MAX_TAGS, tag } from '../../src/tags/schemas.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../../src/tickets/lifecycle.js';
import { closeTicketInput, createTicketInput } from '../../src/tickets/schemas.js';
import { createWebhookInput, MAX_ANSWER, MAX_ATTEMPTS, MAX_WEBHOOKS } from '../../src/webhooks/schemas.js';

/** Bytes of a body: where JSON escapes nothing, and where it escapes each character that it can. */
export interface Size {
  readonly plain: number;
  readonly escaped: number;
}

interface Json {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  const?: unknown;
  format?: string;
  anyOf?: Json[];
  items?: Json;
  maxLength?: number;
  maxItems?: number;
  properties?: Record<string, Json>;
}

const openapi = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));

const size = (plain: number, escaped = plain): Size => ({ plain, escaped });
const sum = (...sizes: Size[]) => sizes.reduce((a, b) => size(a.plain + b.plain, a.escaped + b.escaped), size(0));
const times = (count: number, one: Size) => size(count * one.plain, count * one.escaped);
const quoted = (text: Size) => sum(text, size(2));

/** Characters that a client may choose: four bytes each at most, and six where JSON has to write `\u0001`. */
const characters = (count: number) => size(4 * count, 6 * count);
/** So many bytes of text; each may be a character that JSON writes with six. */
const bytes = (count: number) => size(count, 6 * count);

/** The longest text that a field of an input takes. */
function longest(input: z.ZodType, ...path: string[]): number {
  let at = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Json;
  for (const name of path) at = (name === '[]' ? at.items : at.properties?.[name]) ?? {};
  if (at.maxLength === undefined) throw new Error(`No maxLength at ${path.join('.')}`);
  return at.maxLength;
}

const OUR_ID = 'category_'.length + 36;
const CURSOR = 250;
/** Of all operations by default. */
const BODY_LIMIT = 2 ** 20;
/** Without control characters: none of six bytes, but quotation marks, of two. */
const USER_ID = size(4 * longest(userIdField()));

/** What a tag comes to when it is put into its one form: letters may get more bytes, and none is escaped. */
function tagSize(): Size {
  let widest = 0;
  for (let point = 1; point <= 0x10ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const letter = String.fromCodePoint(point);
    if (tag.safeParse(letter).success) widest = Math.max(widest, Buffer.byteLength(normalTag(letter)));
  }
  return size(widest * longest(tag));
}
const TAG = tagSize();

const RESOLUTION = characters(longest(closeTicketInput, 'resolution'));
/** Of an event: the change of a ticket that has most fields, or its tags. */
const CHANGE = size(
  JSON.stringify({ status: 'In Progress', priority: 'Critical', categoryId: '', assignedAgent: '', resolution: '' })
    .length,
);
const FIELDS = sum(CHANGE, size(OUR_ID), USER_ID, RESOLUTION);

/** Texts by the name of their field: `Schema.field`, or the field alone wherever it stands. */
const TEXTS: Record<string, Size> = {
  subject: characters(longest(createTicketInput, 'subject')),
  description: characters(longest(createTicketInput, 'description')),
  content: characters(longest(addMessageInput, 'message')),
  resolution: RESOLUTION,
  comment: characters(longest(rateTicketInput, 'comment')),
  'attachments[]': characters(longest(addMessageInput, 'attachments', '[]')),
  ...Object.fromEntries(
    ['userId', 'sender', 'author', 'actor', 'assignedAgent', 'requester', 'agent', 'agentId', 'owner'].map((name) => [
      name,
      USER_ID,
    ]),
  ),
  ...Object.fromEntries(
    ['ticketId', 'messageId', 'noteId', 'macroId', 'viewId', 'categoryId', 'sourceId'].map((name) => [
      name,
      size(OUR_ID),
    ]),
  ),
  ...Object.fromEntries(['next', 'older', 'newer', 'olderMessages', 'olderNotes'].map((name) => [name, size(CURSOR)])),
  'Note.content': characters(longest(addNoteInput, 'content')),
  'tags[]': TAG,
  'ListTagsResponse[]': TAG,
  ...Object.fromEntries(
    ['Category', 'DeskCategory'].flatMap((schema) =>
      ['name', 'description'].map((name) => [`${schema}.${name}`, characters(longest(createCategoryInput, name))]),
    ),
  ),
  'Profile.name': characters(MAX_PROFILE_NAME),
  'Profile.email': characters(MAX_EMAIL),
  'Macro.name': characters(longest(createMacroInput, 'name')),
  'Macro.text': characters(longest(createMacroInput, 'text')),
  'RenderedMacro.text': characters(longest(createMacroInput, 'text')),
  'SavedView.name': characters(longest(createViewInput, 'name')),
  ...Object.fromEntries(
    (['categoryId', 'assignee', 'requester'] as const).map((name) => [
      `ViewFilters.${name}`,
      characters(longest(z.strictObject(queueFilters), name)),
    ]),
  ),
  'ViewFilters.tag': TAG,
  'SlaCalendar.timeZone': size(64),
  'FigureSeries.timeZone': size(64),
  opens: size('00:00'.length),
  closes: size('00:00'.length),
  'SlaCalendar.date': size('2026-12-25'.length),
  'SlaCalendar.name': characters(longest(setSlaCalendarInput, 'holidays', '[]', 'name')),
  // Of our ids and of the host's own.
  'Attachment.fileId': characters(longest(addMessageInput, 'attachments', '[]')),
  fileId: size(OUR_ID),
  uploadedBy: USER_ID,
  // Without control characters, quotation marks and backslashes.
  ...Object.fromEntries(
    ['Attachment', 'StoredFile', 'TicketFile', 'UploadedFile'].map((schema) => [`${schema}.name`, size(4 * MAX_NAME)]),
  ),
  webhookId: size(OUR_ID),
  deliveryId: size(OUR_ID),
  ...Object.fromEntries(
    ['Webhook', 'CreatedWebhook'].flatMap((schema) =>
      ['url', 'description'].map((name) => [`${schema}.${name}`, characters(longest(createWebhookInput, name))]),
    ),
  ),
  secret: size('whsec_'.length + 44),
  'DeliveryWithAttempts.error': size(64),
  // Without control characters.
  'DeliveryWithAttempts.answer': size(4 * MAX_ANSWER),
  type: size('application/vnd.openxmlformats-officedocument.wordprocessingml.document'.length),
  url: size(250),
  'BulkResult.code': size('UNSUPPORTED_MEDIA_TYPE'.length),
  'BulkResult.message': size(200),
};

interface List {
  items: number;
  /** These texts of all items together have so many bytes at most. */
  together?: { fields: string[]; bytes: number };
}

const CONVERSATION = { items: MAX_ITEMS, together: { fields: ['content'], bytes: MAX_TEXT_BYTES } };
const ATTACHMENTS = { items: 20 };

/** Lists, as `Schema.field`, or the response that is one. */
const LISTS: Record<string, List> = {
  ...Object.fromEntries(
    [
      'ListTicketsResponse',
      'ListTagsResponse',
      'ListSlaBreachesResponse',
      'ListRatingsResponse',
      'QueuePage.tickets',
      'SearchPage.hits',
      'EventPage.events',
      'TicketFilePage.files',
    ].map((name) => [name, { items: MAX_ITEMS }]),
  ),
  ...Object.fromEntries(
    ['Ticket.messages', 'DeskTicket.messages', 'DeskTicket.notes', 'MessagePage.messages', 'NotePage.notes'].map(
      (name) => [name, CONVERSATION],
    ),
  ),
  ...Object.fromEntries(
    ['DeskTicket', 'Message', 'Note'].flatMap((name) => [
      [`${name}.attachments`, ATTACHMENTS],
      [`${name}.files`, ATTACHMENTS],
    ]),
  ),
  'DeskTicket.tags': { items: MAX_TAGS },
  ...Object.fromEntries(
    ['DeskTicket', 'QueueTicket', 'Beat'].map((name) => [`${name}.presence`, { items: MAX_PRESENT }]),
  ),
  'TicketTags.tags': { items: MAX_TAGS },
  'Figures.agents': { items: MAX_AGENTS },
  'Figures.categories': { items: MAX_CATEGORIES },
  'FigureSeries.series': { items: MAX_STEPS },
  ListCategoriesResponse: { items: MAX_ACTIVE },
  ListDeskCategoriesResponse: { items: MAX_CATEGORIES },
  OrderCategoriesResponse: { items: MAX_CATEGORIES },
  ListMacrosResponse: { items: MAX_ITEMS, together: { fields: ['name', 'text'], bytes: MAX_MACROS_BYTES } },
  ...Object.fromEntries(['ListViewsResponse', 'OrderViewsResponse'].map((name) => [name, { items: 2 * MAX_VIEWS }])),
  ...Object.fromEntries(
    ['LookUpProfilesResponse', 'ListAgentsResponse'].map((name) => [name, { items: MAX_PROFILES }]),
  ),
  'ViewFilters.status': { items: TICKET_STATUSES.length },
  'ViewFilters.priority': { items: TICKET_PRIORITIES.length },
  ListWebhooksResponse: { items: MAX_WEBHOOKS },
  ...Object.fromEntries(
    ['Webhook', 'CreatedWebhook'].map((schema) => [`${schema}.eventTypes`, { items: EVENT_TYPES.length }]),
  ),
  'DeliveryPage.deliveries': { items: MAX_ITEMS },
  'DeliveryWithAttempts.made': { items: MAX_ATTEMPTS },
  'SlaCalendar.weeklyHours': { items: MAX_HOURS },
  'SlaCalendar.holidays': { items: MAX_HOLIDAYS },
  ListSlaTargetsResponse: { items: TICKET_PRIORITIES.length },
  // Its ids as they were sent: see WHOLE.
  ChangeTicketsResponse: { items: MAX_BULK },
};

/** What a text comes to of which as many words are marked as may be. */
const pieces = (text: number, others = 1) =>
  sum(times(2 * MOST_MARKED + others, size('{"text":"","match":false},'.length)), characters(text));

/** What no schema tells the size of. */
const WHOLE: Record<string, Size> = {
  // All together no more than the body that they came in, escapes included.
  'BulkResult.ticketId': size(BODY_LIMIT / MAX_BULK),
  'Event.before': FIELDS,
  'Event.after': FIELDS,
  'SearchHit.subject': pieces(longest(createTicketInput, 'subject')),
  // 240 characters, and an ellipsis at each end.
  'SearchHit.excerpt': pieces(242, 3),
};

/** Most bytes of the body of a 200 of this operation, over REST. */
export function answerSize(operation: { responses: Record<string, unknown> }): Size {
  const response = operation.responses['200'] as { content: Record<string, { schema: { $ref: string } }> };
  const name = nameOf(response.content['application/json']?.schema ?? {});
  const data = openapi.components.schemas[name].properties.data;
  const envelope = JSON.stringify({ success: true, statusCode: 200, data: null, error: null }).length - 'null'.length;
  return sum(size(envelope), most(data, name));
}

function nameOf({ $ref = '' }: { $ref?: string }): string {
  return $ref.split('/').at(-1) ?? '';
}

/** `place`: `Schema.field`, `Schema.field[]` for an item, or the schema alone. */
function most(schema: Json, place: string, none: readonly string[] = []): Size {
  const whole = WHOLE[place];
  if (whole !== undefined) return whole;
  if (schema.$ref !== undefined) return most(openapi.components.schemas[nameOf(schema)], named(schema, place), none);
  if (schema.enum !== undefined) return size(Math.max(...schema.enum.map((value) => JSON.stringify(value).length)));
  if (schema.const !== undefined) return size(JSON.stringify(schema.const).length);
  if (schema.anyOf !== undefined) return largest(schema.anyOf.map((one) => most(one, place, none)));
  return largest([schema.type ?? ''].flat().map((type) => ofType(type, schema, place, none)));
}

/** A list keeps the name of where it stands; all else has that of its schema. */
function named(schema: Json, place: string): string {
  return openapi.components.schemas[nameOf(schema)].type === 'array' ? place : nameOf(schema);
}

function ofType(type: string, schema: Json, place: string, none: readonly string[]): Size {
  switch (type) {
    case 'null':
      return size(4);
    case 'boolean':
      return size(5);
    case 'integer':
      return size(16);
    case 'number':
      // An average of scores, to two decimals.
      return size('4.38'.length);
    case 'string': {
      if (schema.format === 'date-time') return size(26);
      const field = place.split('.').at(-1) ?? '';
      const text = TEXTS[place] ?? TEXTS[field];
      if (text === undefined) throw new Error(`Say in test/support/answer-size.ts how long ${place} can be`);
      return quoted(none.includes(field) ? size(0) : text);
    }
    case 'object': {
      const schemaName = place.split('.')[0]?.replace('[]', '');
      const fields = Object.entries(schema.properties ?? {}).map(([key, value]) =>
        sum(size(key.length + 4), most(value, `${schemaName}.${key}`, none)),
      );
      if (fields.length === 0) throw new Error(`Say in test/support/answer-size.ts how large ${place} can be`);
      return sum(size(2), ...fields);
    }
    case 'array': {
      const list = LISTS[place];
      if (list === undefined) throw new Error(`Say in test/support/answer-size.ts how many ${place} can be`);
      const { items, together } = list;
      const bare = most(schema.items ?? {}, `${place}[]`, together?.fields);
      const all = sum(size(2), times(items, sum(bare, size(1))));
      if (together === undefined) return all;
      const free = most(schema.items ?? {}, `${place}[]`);
      const count = (free.escaped - bare.escaped) / 6;
      const texts = bytes(Math.min(together.bytes, items * count)).escaped;
      return sum(all, size(Math.min(together.bytes, items * (free.plain - bare.plain)), texts));
    }
    default:
      throw new Error(`Say in test/support/answer-size.ts what ${place}, of type ${type}, can come to`);
  }
}

function largest(sizes: Size[]): Size {
  return size(Math.max(...sizes.map(({ plain }) => plain)), Math.max(...sizes.map(({ escaped }) => escaped)));
}

/** As docs/api.md has it: rounded up to two digits. */
export function inWords(count: number): string {
  const [unit, factor] = count < 1000 ? ['B', 1] : count < 1_000_000 ? ['kB', 1000] : ['MB', 1_000_000];
  const value = count / Number(factor);
  const step = value < 10 ? 0.1 : 10 ** (Math.floor(Math.log10(value)) - 1);
  return `${Number((Math.ceil(value / step) * step).toFixed(1))} ${unit}`;
}
