import { AppError } from '../errors/app-error.js';
import type { ReadScope } from '../procedure/scope.js';
import { codePoints } from '../schema/text.js';
import { ticketNotFound, whereVisible } from '../tickets/visible-ticket.js';
import { findMacro } from './macro-row.js';
import { fillIn } from './placeholders.js';
import type { RenderedMacro, RenderMacroInput } from './schemas.js';

/** As for a message. */
const MAX_LENGTH = 10_000;

/**
 * A saved reply as it reads for one ticket, ready to be looked over and sent. Sends nothing.
 *
 * @throws AppError NOT_FOUND for the macro or the ticket; MACRO_TOO_LONG where no message could hold it.
 */
export async function renderMacro(
  { db, principal }: ReadScope,
  { macroId, ticketId }: RenderMacroInput,
): Promise<RenderedMacro> {
  const macro = await findMacro(db, macroId);
  const ticket = await db.ticket.findUnique({
    where: whereVisible(principal, ticketId),
    select: {
      id: true,
      subject: true,
      status: true,
      priority: true,
      userId: true,
      category: { select: { name: true } },
    },
  });
  if (ticket === null) throw ticketNotFound();
  const { id, subject, status, priority, userId: requester, category } = ticket;
  const text = fillIn(macro.text, {
    ticketId: id,
    subject,
    status,
    priority,
    requester,
    agent: principal.userId,
    category: category.name,
  });
  if (codePoints(text) > MAX_LENGTH) throw new AppError('MACRO_TOO_LONG');
  return { text };
}
