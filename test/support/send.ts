import type { RestAnswer } from './rest-client.js';

interface Sent extends Pick<RequestInit, 'method' | 'body' | 'duplex'> {
  token?: string;
  headers?: Record<string, string>;
}

/** One request with any method, headers and body. The answer's body is null where there is none. */
export async function send(url: string, { token, headers, ...init }: Sent = {}): Promise<RestAnswer> {
  const answer = await fetch(url, {
    ...init,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}
