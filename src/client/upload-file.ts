import { TRPCClientError } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import type { ErrorData } from '../procedure/trpc.js';
import type { AppRouter } from '../router.js';

export type UploadedFile = inferRouterOutputs<AppRouter>['support']['files']['upload'];

export interface UploadOptions {
  /** What it is called; by default what a `File` is called. */
  name?: string;
  /** How far it is, in bytes: while it is sent where the platform says so (browsers), and at the end. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
  /** Ends the upload when it says so; nothing is stored then. */
  signal?: AbortSignal;
  /** So that it may be sent again, as with `withIdempotencyKey`. */
  idempotencyKey?: string;
}

interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  headers(): Promise<Record<string, string>>;
  /** Instead of the platform's. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

interface Sent extends Pick<UploadOptions, 'onProgress' | 'signal'> {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly file: Blob;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | null;
}

/** Of an XMLHttpRequest, what is used: not every project has the types of browsers. */
interface Xhr {
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  readonly status: number;
  readonly responseText: string;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: Blob): void;
  abort(): void;
}

/** Sends a file as the body of a request. Rejects as every call of the client does. */
export async function uploadFile(server: Server, file: Blob, options: UploadOptions = {}): Promise<UploadedFile> {
  const { name = (file as { name?: string }).name ?? 'file', idempotencyKey, onProgress, signal } = options;
  try {
    const headers = {
      ...(await server.headers()),
      'content-type': 'application/octet-stream',
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    };
    signal?.throwIfAborted();
    const url = `${server.url}/support/files?name=${encodeURIComponent(name)}`;
    const sent = { url, headers, file, ...(onProgress && { onProgress }), ...(signal && { signal }) };
    const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr };
    // Only this tells how far it is, and a fetch of one's own is one's own.
    const uploaded = dataOf(
      onProgress && XMLHttpRequest && !server.fetch
        ? await sendTellingProgress(new XMLHttpRequest(), sent)
        : await sendByFetch(server.fetch ?? globalThis.fetch, sent),
    );
    onProgress?.({ loaded: file.size, total: file.size });
    return uploaded;
  } catch (error) {
    throw TRPCClientError.from(error as Error);
  }
}

async function sendByFetch(fetch: typeof globalThis.fetch, { url, headers, file, signal }: Sent): Promise<Answer> {
  const answer = await fetch(url, { method: 'POST', headers, body: file, ...(signal && { signal }) });
  return { status: answer.status, text: await answer.text(), requestId: answer.headers.get('x-request-id') };
}

function sendTellingProgress(xhr: Xhr, { url, headers, file, onProgress, signal }: Sent): Promise<Answer> {
  const abort = () => xhr.abort();
  const answered = new Promise<Answer>((resolve, reject) => {
    xhr.open('POST', url);
    for (const [header, value] of Object.entries(headers)) xhr.setRequestHeader(header, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress?.({ loaded, total });
    xhr.onload = () => {
      resolve({ status: xhr.status, text: xhr.responseText, requestId: xhr.getResponseHeader('x-request-id') });
    };
    // As fetch() has it: browsers don't say why.
    xhr.onerror = () => reject(new TypeError('Failed to upload'));
    xhr.onabort = () => reject(signal?.reason ?? new TypeError('The upload was ended'));
    signal?.addEventListener('abort', abort);
    xhr.send(file);
  });
  return answered.finally(() => signal?.removeEventListener('abort', abort));
}

interface Envelope {
  success?: boolean;
  data?: UploadedFile;
  error?: { code: ErrorData['code']; message: string; details?: ErrorData['details'] };
}

function dataOf({ status, text, requestId }: Answer): UploadedFile {
  const { success, data, error } = parse(text);
  if (success && data) return data;
  // A proxy's own page.
  if (error === undefined) throw new Error(`The answer is not the server's: status ${status}`);
  const { code, message, details } = error;
  const shape: ErrorData = { code, httpStatus: status, path: 'support.files.upload', ...(details && { details }) };
  if (code === 'INTERNAL_SERVER_ERROR' && requestId !== null) shape.requestId = requestId;
  throw TRPCClientError.from({ error: { message, code: -32600, data: shape } });
}

function parse(text: string): Envelope {
  try {
    return JSON.parse(text) as Envelope;
  } catch {
    return {};
  }
}
