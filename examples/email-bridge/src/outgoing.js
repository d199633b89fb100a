import { createTransport } from 'nodemailer';
import { settings } from './settings.js';
import { readTicket } from './support-api.js';

const transport = createTransport(settings.smtpUrl);

/** Below it stands what was said before. */
export const ABOVE = '-- Please write above this line --';

/** Mails to its customer what the desk has written. `id`: the webhook's, so that a mail that is sent twice is known as one. */
export async function mailMessage(id, { ticketId, requester, actor, after }) {
  // The customer's own words, and customers without an address, are no mail.
  const to = settings.addresses[requester];
  if (actor === requester || to === undefined) return;
  const { subject, messages } = await readTicket(ticketId);
  const message = messages.find(({ messageId }) => messageId === after.messageId);
  if (message === undefined) return;
  const [name, domain] = settings.mailFrom.split('@');
  await transport.sendMail({
    messageId: `<${id}@${domain}>`,
    from: settings.mailFrom,
    replyTo: `${name}+${ticketId}@${domain}`,
    to,
    subject: `Re: ${subject}`,
    text: `${ABOVE}\n\n${message.content}\n`,
    // Nobody's holiday notice is to answer it.
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
}
