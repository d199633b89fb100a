import { z } from 'zod';
import { EVENT_TYPES } from '../events/event-types.js';
import { subjectId } from '../schema/id-fields.js';
import { oneWayFields, withOnePlace } from '../schema/pagination.js';
import { text } from '../schema/text.js';
import { instant, timestamp } from '../schema/time.js';

/** Most endpoints: each one is work for every event. */
export const MAX_WEBHOOKS = 20;
/** Most attempts that are shown of a delivery: the newest. */
export const MAX_ATTEMPTS = 50;
/** Of a refusal's text so many characters are kept. */
export const MAX_ANSWER = 500;
/** What a test is, in the place of an event's type. */
export const TEST_TYPE = 'webhook.test';

const webhookId = subjectId.meta({ description: 'Webhook ID' });
const deliveryId = subjectId.meta({ description: 'Delivery ID: the `webhook-id` that the receiver gets' });

/** What is wrong with a URL wherever this runs; where it may lead, the host decides. */
function urlFault(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol))
    return 'Must be a URL that begins with https://';
  if (url.username !== '' || url.password !== '') return 'Must be a URL without user name and password';
  if (value.includes('#')) return 'Must be a URL without a fragment';
  return undefined;
}

const url = text({ max: 2000, fault: urlFault }).meta({
  description: 'Where to send: https, and an address that is public, or in a network that the operator allows',
});
const description = text({ max: 500, blank: true }).meta({ description: 'What it is for' });
const eventTypes = z
  .array(z.enum(EVENT_TYPES, { error: 'Must be types of events' }), { error: 'Must be a list of types of events' })
  .max(EVENT_TYPES.length, { error: `Must be at most ${EVENT_TYPES.length} types` })
  .meta({ description: 'Types of events that are sent; none: all, also those that are added later' });

const STATES = ['active', 'paused', 'disabled'] as const;
const REASONS = ['admin', 'restored', 'gone', 'failing'] as const;
const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;

const endpoint = z.strictObject({
  webhookId: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.enum(EVENT_TYPES)),
  state: z.enum(STATES).meta({
    id: 'WebhookState',
    description: '`paused` and `disabled`: nothing is sent, and what happens waits; by somebody, or by the service',
  }),
  reason: z.enum(REASONS).nullable().meta({
    id: 'WebhookReason',
    description:
      'Why it is not active: an admin paused it; the database was restored elsewhere; the receiver said that it is gone (410); nothing was delivered for 5 days',
  }),
  since: timestamp.meta({ description: 'Since when it has this state' }),
  failingSince: timestamp
    .nullable()
    .meta({ description: 'The first failure since the last success; null: all is well' }),
  retryAt: timestamp.nullable().meta({ description: 'Nothing is sent before; null: at once' }),
  oldSecretUntil: timestamp.nullable().meta({ description: 'Until when the secret before also signs' }),
  createdAt: timestamp,
  updatedAt: timestamp,
});

const EXAMPLE = {
  webhookId: 'webhook_123',
  url: 'https://example.com/hooks/support',
  description: 'Mails to customers',
  eventTypes: ['message.added', 'ticket.resolved'],
  state: 'active',
  reason: null,
  since: '2024-01-22T16:30:00Z',
  failingSince: null,
  retryAt: null,
  oldSecretUntil: null,
  createdAt: '2024-01-22T16:30:00Z',
  updatedAt: '2024-01-22T16:30:00Z',
} as const;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';

export const webhook = endpoint.meta({ id: 'Webhook', examples: [EXAMPLE] });

export const listWebhooksInput = z.strictObject({}).default({});
export const listWebhooksOutput = z
  .array(webhook)
  .max(MAX_WEBHOOKS)
  .meta({ examples: [[EXAMPLE]] });

export const webhookInput = z.strictObject({ webhookId });

export const createWebhookInput = z
  .strictObject({ url, description: description.default(''), eventTypes: eventTypes.default([]) })
  .meta({ examples: [{ url: EXAMPLE.url, description: EXAMPLE.description, eventTypes: [...EXAMPLE.eventTypes] }] });
const secret = z.string().meta({ description: 'What signatures are made with. It is shown here, and never again' });
export const createWebhookOutput = endpoint
  .extend({ secret })
  .meta({ id: 'CreatedWebhook', examples: [{ ...EXAMPLE, secret: SECRET }] });

export const changeWebhookInput = z
  .strictObject({
    webhookId,
    url: url.optional(),
    description: description.optional(),
    eventTypes: eventTypes.optional(),
  })
  .meta({ examples: [{ eventTypes: ['message.added'] }] });

export const deleteWebhookOutput = z
  .strictObject({ webhookId: z.string() })
  .meta({ id: 'DeletedWebhook', examples: [{ webhookId: 'webhook_123' }] });

export const resumeWebhookInput = z
  .strictObject({
    webhookId,
    skip: z
      .boolean({ error: 'Must be true or false' })
      .meta({ description: 'Leave out what has happened so far; otherwise all of it is sent' })
      .default(false),
  })
  .meta({ examples: [{ skip: true }] });

export const rotateSecretOutput = z.strictObject({ webhookId: z.string(), secret, oldSecretUntil: timestamp }).meta({
  id: 'RotatedSecret',
  examples: [{ webhookId: 'webhook_123', secret: SECRET, oldSecretUntil: '2024-01-23T16:30:00Z' }],
});

const delivery = z.strictObject({
  deliveryId: z.string().meta({ description: 'The `webhook-id` of its attempts' }),
  webhookId: z.string(),
  type: z.enum([...EVENT_TYPES, TEST_TYPE]).meta({ id: 'DeliveryType', description: 'The event’s, or a test' }),
  eventId: z.int().nullable().meta({ description: 'null: a test' }),
  ticketId: z.string().nullable(),
  state: z.enum(DELIVERY_STATES).meta({
    id: 'DeliveryState',
    description: '`failed`: given up after all retries; `skipped`: left out when the webhook was resumed',
  }),
  attempts: z.int().meta({ description: 'How often it was sent since it was last asked for' }),
  nextAttemptAt: timestamp.nullable().meta({ description: 'Of a pending one: not before' }),
  createdAt: timestamp,
  endedAt: timestamp.nullable().meta({ description: 'Since when it is not pending any more' }),
});
const EXAMPLE_DELIVERY = {
  deliveryId: 'delivery_123',
  webhookId: 'webhook_123',
  type: 'message.added',
  eventId: 1042,
  ticketId: 'ticket_123',
  state: 'pending',
  attempts: 1,
  nextAttemptAt: '2024-01-22T16:30:05Z',
  createdAt: '2024-01-22T16:30:00Z',
  endedAt: null,
} as const;
export const deliveryOutput = delivery.meta({ id: 'Delivery', examples: [EXAMPLE_DELIVERY] });

export const listDeliveriesInput = withOnePlace(
  z.strictObject({
    webhookId,
    state: z
      .enum(DELIVERY_STATES, { error: `Must be one of: ${DELIVERY_STATES.join(', ')}` })
      .meta({ description: 'Those that are in this state' })
      .optional(),
    ...oneWayFields,
  }),
  'after',
);
export const listDeliveriesOutput = z
  .strictObject({
    deliveries: z.array(deliveryOutput).meta({ description: 'Newest first' }),
    next: z.string().nullable().meta({ description: 'For `after` (or `cursor`); null: there are no more' }),
  })
  .meta({ id: 'DeliveryPage', examples: [{ deliveries: [EXAMPLE_DELIVERY], next: null }] });

export const deliveryInput = z.strictObject({ webhookId, deliveryId });
export const getDeliveryOutput = delivery
  .extend({
    made: z
      .array(
        z.strictObject({
          at: timestamp,
          durationMs: z.int(),
          status: z.int().nullable().meta({ description: 'Of the HTTP answer; null: there was none' }),
          error: z.string().nullable().meta({ description: 'A code for why it failed; null: it was delivered' }),
          answer: z.string().nullable().meta({ description: 'The beginning of what the receiver answered instead' }),
        }),
      )
      .max(MAX_ATTEMPTS)
      .meta({ description: 'Its attempts, newest first' }),
  })
  .meta({
    id: 'DeliveryWithAttempts',
    examples: [
      {
        ...EXAMPLE_DELIVERY,
        made: [
          {
            at: '2024-01-22T16:30:00Z',
            durationMs: 84,
            status: 500,
            error: 'HTTP_500',
            answer: 'Internal Server Error',
          },
        ],
      },
    ],
  });

/** One of the two: the verb looks at it, as a schema that does has no place in the document. */
export const redeliverSinceInput = z
  .strictObject({
    webhookId,
    since: instant.meta({ description: 'All that has happened since then, and up to 5 minutes before it' }).optional(),
    after: z
      .string({ error: 'Must be a string' })
      .max(1000, { error: 'Must be a cursor of the feed' })
      .regex(/^[A-Za-z0-9_-]*$/, { error: 'Must be a cursor of the feed' })
      .meta({ description: 'All that comes after this cursor: `next` of the feed, or `cursor` of what was sent' })
      .optional(),
  })
  .meta({ examples: [{ since: '2024-01-22T16:30:00Z' }] });

export type Webhook = z.infer<typeof webhook>;
export type WebhookInput = z.infer<typeof webhookInput>;
export type CreateWebhookInput = z.infer<typeof createWebhookInput>;
export type CreatedWebhook = z.infer<typeof createWebhookOutput>;
export type ChangeWebhookInput = z.infer<typeof changeWebhookInput>;
export type DeletedWebhook = z.infer<typeof deleteWebhookOutput>;
export type ResumeWebhookInput = z.infer<typeof resumeWebhookInput>;
export type RotatedSecret = z.infer<typeof rotateSecretOutput>;
export type Delivery = z.infer<typeof deliveryOutput>;
export type ListDeliveriesInput = z.infer<typeof listDeliveriesInput>;
export type DeliveryPage = z.infer<typeof listDeliveriesOutput>;
export type DeliveryInput = z.infer<typeof deliveryInput>;
export type DeliveryWithAttempts = z.infer<typeof getDeliveryOutput>;
export type RedeliverSinceInput = z.infer<typeof redeliverSinceInput>;
