import { createReadStream } from 'node:fs';
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';

export interface S3Options {
  /** `https://s3.eu-central-1.amazonaws.com`, with a path where the service is below one. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** The bucket is the first part of the path, not of the host's name. */
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For how long it may say nothing before its answer begins. */
  readonly silentMs?: number;
}

interface S3Request {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** undefined: the bucket itself. */
  readonly key?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** The path of a file. Needs its length, and its SHA-256, among the headers. */
  readonly body?: string;
}

/** Without a byte in either direction: until the answer begins, and from then on. */
const SILENT_MS = 10_000;
const STALLED_MS = 60_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 50;
/** Of the answer that tells what is wrong, which is quoted in the log. */
const MAX_ERROR = 4096;

/**
 * A bucket of S3, or of what speaks it. What breaks off, and what the service calls temporary (5xx, 429), is tried again, as all
 * requests here may be; what takes too long is not.
 */
export class S3Client {
  readonly #options: S3Options;
  readonly #base: URL;
  readonly #agent: Agent;
  /** Keys that are derived for each day. */
  readonly #cache = new Map<string, ArrayBuffer>();

  constructor(options: S3Options) {
    this.#options = options;
    this.#base = baseOf(options);
    this.#agent =
      this.#base.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  }

  /**
   * The answer, whose body has to be read, or destroyed; undefined where there is no such object.
   *
   * @throws Error with what the service says, for any answer but a 2xx.
   */
  async send(request: S3Request): Promise<IncomingMessage | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const mayRetry = attempt < ATTEMPTS;
      try {
        const answer = await this.#attempt(request);
        const { statusCode: status = 0 } = answer;
        if (status >= 200 && status < 300) return answer;
        const { code, told } = await faultIn(answer);
        if (code === 'NoSuchKey') return undefined;
        if (!mayRetry || (status < 500 && status !== 429)) {
          throw new Error(`S3 has answered ${status} (${code}) to a ${request.method}${told}`);
        }
      } catch (error) {
        if (!mayRetry || !BROKEN.has(String((error as NodeJS.ErrnoException).code))) throw error;
      }
      await sleep(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }

  /** An address at which anybody may read an object, from a time on for so many seconds. */
  async presign(key: string, query: Record<string, string>, from: Date, seconds: number): Promise<string> {
    const url = this.#address(key, { ...query, 'X-Amz-Expires': String(seconds) });
    const datetime = from.toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
    const signed = await this.#signer({ method: 'GET', url, datetime, signQuery: true }).sign();
    // As it is signed: to some a plus sign is no space.
    return signed.url.href.replaceAll('+', '%20');
  }

  async #attempt({ method, key, query, headers = {}, body }: S3Request): Promise<IncomingMessage> {
    const url = this.#address(key, query);
    const signed = await this.#signer({ method, url, headers }).sign();
    const { silentMs = SILENT_MS } = this.#options;
    const send = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, { method, agent: this.#agent, headers: Object.fromEntries(signed.headers) });
    return new Promise((resolve, reject) => {
      sent.once('error', reject);
      sent.setTimeout(silentMs, () => sent.destroy(new Error(`S3 has said nothing for ${silentMs} ms`)));
      sent.once('response', (answer) => {
        sent.removeAllListeners('timeout');
        sent.setTimeout(STALLED_MS, () => answer.destroy(new Error(`S3 has sent nothing for ${STALLED_MS} ms`)));
        resolve(answer);
      });
      if (body === undefined) sent.end();
      else sendFile(body, sent);
    });
  }

  #signer(request: {
    method: string;
    url: string;
    headers?: Record<string, string>;
    datetime?: string;
    signQuery?: true;
  }) {
    const { region, accessKeyId, secretAccessKey } = this.#options;
    return new AwsV4Signer({ service: 's3', region, accessKeyId, secretAccessKey, cache: this.#cache, ...request });
  }

  #address(key = '', query: Record<string, string> = {}): string {
    const url = new URL(this.#base);
    // The bucket itself has no slash at its end in a path, as all SDKs have it.
    url.pathname = key === '' ? url.pathname.replace(/(?<=.)\/$/, '') : url.pathname + key;
    url.search = new URLSearchParams(query).toString();
    return url.href;
  }
}

/** The connection was lost, or there was none: a new one may do. */
const BROKEN = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ECONNABORTED', 'ENOTFOUND', 'EAI_AGAIN']);

function baseOf({ endpoint, bucket, pathStyle }: S3Options): URL {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = pathStyle ? `${path}/${bucket}/` : `${path}/`;
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  return url;
}

/** As fast as it is taken. An answer that comes before all of it has been sent is the answer. */
function sendFile(path: string, sent: ClientRequest): void {
  const bytes = createReadStream(path);
  bytes.once('error', (error) => sent.destroy(error));
  sent.once('response', () => bytes.destroy());
  pipeline(bytes, sent, () => {});
}

/**
 * What S3 calls the failure that an answer tells of, and what it says of it, for the log: which right a key lacks, in which region
 * a bucket is. The message alone: what else there is may repeat keys and signatures.
 */
async function faultIn(answer: IncomingMessage): Promise<{ code: string; told: string }> {
  let text = '';
  for await (const piece of answer) {
    text += String(piece);
    if (text.length > MAX_ERROR) break;
  }
  const code = /<Code>(\w{1,100})<\/Code>/.exec(text)?.[1] ?? 'no code';
  const message = /<Message>([^<]{1,500})<\/Message>/.exec(text)?.[1]?.replaceAll(/&(?:apos|quot|#39|#34);/g, "'");
  const region = answer.headers['x-amz-bucket-region'];
  const told = [message, region && `The bucket is in ${String(region)}`].filter(Boolean).join(' ');
  return { code, told: told && `: ${told}` };
}
