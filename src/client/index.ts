import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { ErrorData } from '../procedure/trpc.js';
import type { AppRouter } from '../router.js';
import { HeaderEventSource } from './event-source.js';
import { type UploadedFile, type UploadOptions, uploadFile } from './upload-file.js';

export type { ErrorCode } from '../errors/app-error.js';
export type { ErrorDetail } from '../errors/details.js';
export type { AppRouter, ErrorData, UploadedFile, UploadOptions };

/** What each procedure takes: `SupportInputs['support']['tickets']['create']`. */
export type SupportInputs = inferRouterInputs<AppRouter>;
/** What each procedure gives: `SupportOutputs['support']['tickets']['get']`. */
export type SupportOutputs = inferRouterOutputs<AppRouter>;

export interface SupportClientOptions {
  /** Where the server is, without `/trpc`: `https://support.example.com`. */
  url: string;
  /** The user's bearer token, or a function that gives a fresh one for each request. */
  token: string | (() => string | Promise<string>);
  /** Sent with every request, `x-request-id` for example. */
  headers?: Record<string, string>;
  /** Instead of the global fetch. */
  fetch?: typeof globalThis.fetch;
}

/** Most calls that go out together as one request; the server takes no larger batch. */
const MAX_BATCH = 20;

/** Longest URL of a batch that reads: the server takes 16 KiB of URL and headers together, and a token may have 8. */
const MAX_URL_LENGTH = 6_000;

/**
 * A typed client for a Support API server. Calls made in the same tick travel as one request, but for those that have an
 * idempotency key. Subscriptions are server-sent events: they come back by themselves, after the last event and with a fresh
 * token, until they are unsubscribed or refused.
 *
 * @example
 * const { support } = createSupportClient({ url: 'https://support.example.com', token });
 * const { ticketId } = await support.tickets.create.mutate({
 *   subject: 'Unable to make payment',
 *   description: 'The payment page shows an error',
 *   categoryId: 'category_001',
 * });
 * const subscription = support.tickets.watch.subscribe({}, {
 *   onData: ({ data }) => showAnew(data),
 *   onConnectionStateChange: ({ state }) => showState(state),
 * });
 * @example
 * const { support, uploadFile } = createSupportClient({ url: 'https://support.example.com', token });
 * const { fileId } = await uploadFile(input.files[0], { onProgress: ({ loaded, total }) => show(loaded / total) });
 * await support.messages.add.mutate({ ticketId, message: 'A screenshot', attachments: [fileId] });
 */
export function createSupportClient({ url, token, headers, fetch }: SupportClientOptions) {
  const base = url.replace(/\/+$/, '');
  const server = {
    url: `${base}/trpc`,
    ...(fetch && { fetch: fetch as NonNullable<Parameters<typeof httpBatchLink>[0]['fetch']> }),
  };
  const allHeaders = async () => ({
    ...headers,
    authorization: `Bearer ${typeof token === 'function' ? await token() : token}`,
  });
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: server.url,
          EventSource: HeaderEventSource,
          eventSourceOptions: () => ({ headers: allHeaders, fetch: fetch ?? globalThis.fetch }),
        }),
        false: splitLink({
          // A key is for one call: the server refuses a batch that has one.
          condition: ({ context }) => context.idempotencyKey !== undefined,
          true: httpBatchLink({
            ...server,
            maxItems: 1,
            headers: async ({ opList: [{ context }] }) => ({
              ...(await allHeaders()),
              'idempotency-key': String(context.idempotencyKey),
            }),
          }),
          false: httpBatchLink({ ...server, maxItems: MAX_BATCH, maxURLLength: MAX_URL_LENGTH, headers: allHeaders }),
        }),
      }),
    ],
  });
  const own = {
    /**
     * Stores a file, to be attached by its id to a ticket, message or note within 24 hours. A Blob that is no File needs a
     * `name`. In a browser it tells how far it is; rejects as every call does: see `supportError`.
     */
    uploadFile: (file: Blob, options?: UploadOptions): Promise<UploadedFile> =>
      uploadFile({ url: base, headers: allHeaders, fetch }, file, options),
  };
  // What tRPC gives answers to every name.
  return new Proxy(client, {
    get: (calls, name) => Reflect.get(name in own ? own : calls, name),
  }) as typeof client & typeof own;
}

/**
 * Options for a call that writes, so that it may be sent again: for 24 hours the same key with the same input gives the
 * first answer, and writes nothing twice. With another input it is refused (`IDEMPOTENCY_KEY_REUSED`).
 *
 * @param key 1 to 255 visible ASCII characters: a new one for each thing to do, the same for each try.
 * @example
 * const key = crypto.randomUUID();
 * const send = () => support.tickets.create.mutate(ticket, withIdempotencyKey(key));
 * const { ticketId } = await send().catch(send);
 */
export function withIdempotencyKey(key: string): { context: { idempotencyKey: string } } {
  return { context: { idempotencyKey: key } };
}

export type SupportClient = ReturnType<typeof createSupportClient>;

/**
 * What the server said was wrong: its `code` (the same as on REST), HTTP status and `details`. undefined for anything
 * else, such as a network failure.
 *
 * @example
 * catch (error) { if (supportError(error)?.code === 'TICKET_CLOSED') offerNewTicket(); }
 */
export function supportError(error: unknown): (ErrorData & { message: string }) | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data = error.data as ErrorData | null | undefined;
  return data ? { ...data, message: error.message } : undefined;
}
