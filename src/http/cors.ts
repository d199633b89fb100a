import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { originPattern } from '../config/origins.js';

const EXPOSED_HEADERS = [
  'x-request-id',
  'x-total-count',
  'link',
  'retry-after',
  'www-authenticate',
  'ratelimit',
  'ratelimit-policy',
  'idempotency-replayed',
];

/** Seconds for which a browser remembers what a preflight was answered. */
const PREFLIGHT_SECONDS = 600;

/** Lets the pages of these origins call, and read every answer, failures included. Without an origin: nothing is sent. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : origins.map(originPattern),
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    // Its refusal of an OPTIONS request that is no preflight is plain text.
    strictPreflight: false,
  });
}
