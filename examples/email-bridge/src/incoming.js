import { createHash, timingSafeEqual } from 'node:crypto';
import { ABOVE } from './outgoing.js';
import { settings } from './settings.js';
import { addMessage, readTicket } from './support-api.js';

const TICKET = /\+(ticket_[0-9a-f-]{36})@/;

/** Whether it is the mail provider that calls. */
export function isProvider(key) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(key ?? ''), digest(settings.inboundKey));
}

/**
 * Posts what a customer has answered by mail. Fields as providers name them, more or less: `from` and `to` are addresses, `text` is the plain
 * text, `messageId` the mail's own. Gives the status for the provider, which sends again what is a 5xx.
 */
export async function takeMail({ from, to, text, messageId }) {
  const [, ticketId] = TICKET.exec(to) ?? [];
  if (ticketId === undefined) return 422;
  try {
    const { userId } = await readTicket(ticketId);
    // Whoever knows the address of a ticket could write on it otherwise. The provider has to check SPF and DKIM.
    if (settings.addresses[userId]?.toLowerCase() !== from.toLowerCase()) return 422;
    const message = answerIn(text);
    if (message === '') return 422;
    const key = createHash('sha256').update(messageId).digest('hex');
    await addMessage(userId, ticketId, message, key);
    return 200;
  } catch (error) {
    // A ticket that is closed or gone takes no message, however often it is sent.
    return error.status >= 400 && error.status < 500 ? 422 : 503;
  }
}

/** What stands above the line, without what mail programs put before a quotation. */
function answerIn(text) {
  const [above = ''] = text.split(ABOVE);
  return above.replace(/\n[^\n]*:\s*(\n>?\s*)*$/, '').trim();
}
