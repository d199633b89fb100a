import { createHmac } from 'node:crypto';

interface Signed {
  id: string;
  /** When it is sent, in whole seconds since 1970. */
  seconds: number;
  body: string;
  /** As `whsec_…`; each one signs. */
  secrets: readonly string[];
}

/** The headers of Standard Webhooks. */
export function signedHeaders({ id, seconds, body, secrets }: Signed): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}
