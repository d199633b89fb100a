import { query } from '../../db/sql/query.js';
import { hasOwnFiles } from '../../files/attach-files.js';
import { addMessage } from '../../messages/add-message.js';
import type { AddedMessage } from '../../messages/schemas.js';
import type { WriteScope } from '../../procedure/scope.js';
import { isTicketId } from '../../schema/ids.js';
import { requireVersion } from '../../tickets/require-version.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { ReplyInput } from './schemas.js';

const lockTicket = query('lock ticket to reply', { ticketId: 'tickets.id' }, ({ db, p, lockUser, lockRow }) =>
  db
    .selectFrom('tickets')
    .select('version')
    .where('id', '=', p.ticketId)
    .where((eb) => lockUser(eb.ref('user_id')))
    .$call(lockRow),
);

/** Whether it takes more than one statement. */
export function isLockedFirst(input: ReplyInput): boolean {
  return input.version !== undefined || hasOwnFiles(input);
}

/**
 * Answers a customer. With a `version`, only if the ticket still has that one: nobody has answered, written or changed anything since
 * the agent read it.
 *
 * @throws AppError NOT_FOUND; VERSION_CONFLICT; as addMessage() does. Nothing is stored then.
 */
export async function replyToTicket(scope: WriteScope, { version, ...input }: ReplyInput): Promise<AddedMessage> {
  if (version !== undefined) {
    const { ticketId } = input;
    const ticket = isTicketId(ticketId) ? await scope.db.row(lockTicket, { ticketId }) : undefined;
    if (ticket === undefined) throw ticketNotFound();
    requireVersion(ticket, version);
  }
  return addMessage(scope, input);
}
