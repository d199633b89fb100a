import { createHmac } from 'node:crypto';
import { settings } from './settings.js';

/** A token for a minute, as your own backend makes them. */
function tokenFor(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 60;
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, exp })}`;
  return `${signed}.${createHmac('sha256', settings.jwtSecret).update(signed).digest('base64url')}`;
}

async function call(claims, path, options = {}) {
  const answer = await fetch(settings.baseUrl + path, {
    ...options,
    headers: { ...options.headers, authorization: `Bearer ${tokenFor(claims)}` },
  });
  const { data, error } = await answer.json();
  if (answer.ok) return data;
  throw Object.assign(new Error(`${path}: ${answer.status} ${error.code}`), {
    status: answer.status,
    code: error.code,
  });
}

/** The ticket as the desk sees it, with its newest messages. */
export function readTicket(ticketId) {
  return call({ sub: 'email-bridge', role: 'agent' }, `/desk/tickets/${encodeURIComponent(ticketId)}`);
}

/** A message of a customer's; sent again under the same key, it is stored once. */
export function addMessage(userId, ticketId, message, key) {
  return call({ sub: userId }, `/support/tickets/${encodeURIComponent(ticketId)}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ message }),
  });
}
