import type { Meta } from '../procedure/meta.js';
import { reading, transacting } from '../procedure/scope.js';
import { adminProcedure, router } from '../procedure/trpc.js';
import { getDelivery } from './deliveries/get-delivery.js';
import { listDeliveries } from './deliveries/list-deliveries.js';
import { redeliver } from './deliveries/redeliver.js';
import { redeliverSince } from './deliveries/redeliver-since.js';
import { sendTest } from './deliveries/send-test.js';
import { changeWebhook } from './endpoints/change-webhook.js';
import { createWebhook } from './endpoints/create-webhook.js';
import { deleteWebhook } from './endpoints/delete-webhook.js';
import { getWebhook, listWebhooks } from './endpoints/list-webhooks.js';
import { pauseWebhook, resumeWebhook } from './endpoints/pause-webhook.js';
import { rotateSecret } from './endpoints/rotate-secret.js';
import {
  changeWebhookInput,
  createWebhookInput,
  createWebhookOutput,
  deleteWebhookOutput,
  deliveryInput,
  deliveryOutput,
  getDeliveryOutput,
  listDeliveriesInput,
  listDeliveriesOutput,
  listWebhooksInput,
  listWebhooksOutput,
  redeliverSinceInput,
  resumeWebhookInput,
  rotateSecretOutput,
  webhook,
  webhookInput,
} from './schemas.js';

type OpenApi = NonNullable<Meta['openapi']>;

const ONE = '/desk/webhooks/{webhookId}';
const missing = 'Webhook not found';

/** What all of these say alike. */
function openapi(method: OpenApi['method'], path: OpenApi['path'], rest: Omit<OpenApi, 'method' | 'path' | 'tags'>) {
  return { method, path, tags: ['Desk webhooks'], ...rest };
}

export const webhooksRouter = router({
  list: adminProcedure
    .meta({
      openapi: openapi('GET', '/desk/webhooks', {
        operationId: 'listWebhooks',
        summary: 'Get Webhooks',
        description: 'All endpoints that events are sent to.',
        successDescription: 'The webhooks, in the order in which they were added',
      }),
    })
    .input(listWebhooksInput)
    .output(listWebhooksOutput)
    .query(reading(listWebhooks)),

  create: adminProcedure
    .meta({
      openapi: openapi('POST', '/desk/webhooks', {
        operationId: 'createWebhook',
        summary: 'Create Webhook',
        description:
          'Send what happens from now on to a URL, all or some types of events. Keep the secret of the answer.',
        successDescription: 'The webhook is active; its secret is shown here, and never again',
      }),
      errors: ['TOO_MANY_WEBHOOKS'],
    })
    .input(createWebhookInput)
    .output(createWebhookOutput)
    .mutation(transacting(createWebhook, { secret: true })),

  get: adminProcedure
    .meta({
      openapi: openapi('GET', ONE, {
        operationId: 'getWebhook',
        summary: 'Get Webhook',
        description: 'One endpoint, and how it does.',
        successDescription: 'The webhook',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(webhookInput)
    .output(webhook)
    .query(reading(getWebhook)),

  change: adminProcedure
    .meta({
      openapi: openapi('PATCH', ONE, {
        operationId: 'changeWebhook',
        summary: 'Change Webhook',
        description: 'Give an endpoint another URL, description or types of events.',
        successDescription: 'The webhook as it is now',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(changeWebhookInput)
    .output(webhook)
    .mutation(transacting(changeWebhook)),

  delete: adminProcedure
    .meta({
      openapi: openapi('DELETE', ONE, {
        operationId: 'deleteWebhook',
        summary: 'Delete Webhook',
        description: 'Send nothing to an endpoint any more, and forget what was sent.',
        successDescription: 'The webhook is gone',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(webhookInput)
    .output(deleteWebhookOutput)
    .mutation(transacting(deleteWebhook)),

  pause: adminProcedure
    .meta({
      openapi: openapi('POST', `${ONE}/pause`, {
        operationId: 'pauseWebhook',
        summary: 'Pause Webhook',
        description: 'Send nothing for now. What happens meanwhile waits.',
        successDescription: 'The webhook is paused',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(webhookInput)
    .output(webhook)
    .mutation(transacting(pauseWebhook)),

  resume: adminProcedure
    .meta({
      openapi: openapi('POST', `${ONE}/resume`, {
        operationId: 'resumeWebhook',
        summary: 'Resume Webhook',
        description: 'Send again, all that has happened meanwhile or, with `skip`, what happens from now on.',
        successDescription: 'The webhook is active',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(resumeWebhookInput)
    .output(webhook)
    .mutation(transacting(resumeWebhook)),

  rotateSecret: adminProcedure
    .meta({
      openapi: openapi('POST', `${ONE}/secret`, {
        operationId: 'rotateWebhookSecret',
        summary: 'Rotate Webhook Secret',
        description: 'Make a new secret. For 24 hours everything is signed with the old one, too.',
        successDescription: 'The new secret, which is shown here, and never again',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(webhookInput)
    .output(rotateSecretOutput)
    .mutation(transacting(rotateSecret, { secret: true })),

  test: adminProcedure
    .meta({
      openapi: openapi('POST', `${ONE}/test`, {
        operationId: 'testWebhook',
        summary: 'Test Webhook',
        description: 'Send an event of the type `webhook.test`, once. Its delivery says what came of it.',
        successDescription: 'The delivery, which is sent in a moment',
      }),
      missing,
      errors: ['NOT_FOUND', 'WEBHOOK_NOT_ACTIVE'],
    })
    .input(webhookInput)
    .output(deliveryOutput)
    .mutation(transacting(sendTest)),

  deliveries: adminProcedure
    .meta({
      openapi: openapi('GET', `${ONE}/deliveries`, {
        operationId: 'listWebhookDeliveries',
        summary: 'Get Webhook Deliveries',
        description: 'What was sent to an endpoint, is waiting, or was given up.',
        successDescription: 'One page of the deliveries, newest first',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(listDeliveriesInput)
    .output(listDeliveriesOutput)
    .query(reading(listDeliveries)),

  delivery: adminProcedure
    .meta({
      openapi: openapi('GET', `${ONE}/deliveries/{deliveryId}`, {
        operationId: 'getWebhookDelivery',
        summary: 'Get Webhook Delivery',
        description: 'One delivery, with what came of each attempt.',
        successDescription: 'The delivery and its attempts',
      }),
      missing: 'Delivery not found',
      errors: ['NOT_FOUND'],
    })
    .input(deliveryInput)
    .output(getDeliveryOutput)
    .query(reading(getDelivery)),

  redeliver: adminProcedure
    .meta({
      openapi: openapi('POST', `${ONE}/deliveries/{deliveryId}/redeliver`, {
        operationId: 'redeliverWebhook',
        summary: 'Send Delivery Again',
        description: 'Send one delivery once more, under the same id.',
        successDescription: 'The delivery, which is sent in a moment',
      }),
      missing: 'Delivery not found',
      errors: ['NOT_FOUND'],
    })
    .input(deliveryInput)
    .output(deliveryOutput)
    .mutation(transacting(redeliver)),

  redeliverSince: adminProcedure
    .meta({
      openapi: openapi('POST', `${ONE}/redeliver`, {
        operationId: 'redeliverWebhookSince',
        summary: 'Send Again Since',
        description: 'Send all events again, from a time or a place in the feed on.',
        successDescription: 'The webhook, which goes on from there',
      }),
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(redeliverSinceInput)
    .output(webhook)
    .mutation(transacting(redeliverSince)),
});
