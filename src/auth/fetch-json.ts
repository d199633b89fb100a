/** Largest answer that is read, in bytes: far more than the keys of any issuer. */
const MAX_BYTES = 256 * 1024;

/**
 * What a URL answers, as JSON. The whole answer must be there in time.
 *
 * @throws Error for anything but a 200 with JSON in UTF-8 of at most 256 KiB. A redirect is one: it could lead to where
 * nobody meant us to ask, or out of TLS.
 */
export async function fetchJson(url: string, timeoutMs: number): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`The answer is ${answer.status}, not 200`);
  }
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readBody(answer)));
}

async function readBody({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`The answer has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
