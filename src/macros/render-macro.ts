import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import type { ReadScope } from '../procedure/scope.js';
import { codePoints } from '../schema/text.js';
import { ticketNotFound, visibleTicket } from '../tickets/visible-ticket.js';
import { findMacro } from './find-macro.js';
import { type Facts, fillIn } from './placeholders.js';
import type { RenderedMacro, RenderMacroInput } from './schemas.js';

/** As for a message. */
const MAX_LENGTH = 10_000;

const selectFacts = new Statement<{ ticketId: string }, Omit<Facts, 'agent'>>(
  'select facts for a macro',
  `SELECT tickets.id AS "ticketId", subject, status, priority, user_id AS requester, categories.name AS category
  FROM tickets JOIN categories ON categories.id = category_id WHERE tickets.id = :ticketId`,
);

/**
 * A saved reply as it reads for one ticket, ready to be looked over and sent. Sends nothing.
 *
 * @throws AppError NOT_FOUND for the macro or the ticket; MACRO_TOO_LONG where no message could hold it.
 */
export async function renderMacro(
  { sql, principal }: ReadScope,
  { macroId, ticketId }: RenderMacroInput,
): Promise<RenderedMacro> {
  const macro = await findMacro(sql, macroId);
  const { ticketId: id } = visibleTicket(principal, ticketId);
  const facts = await sql.row(selectFacts, { ticketId: id });
  if (facts === undefined) throw ticketNotFound();
  const text = fillIn(macro.text, { ...facts, agent: principal.userId });
  if (codePoints(text) > MAX_LENGTH) throw new AppError('MACRO_TOO_LONG');
  return { text };
}
