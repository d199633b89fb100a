/** What a saved reply can say of the ticket that it is for. */
export interface Facts {
  ticketId: string;
  subject: string;
  status: string;
  priority: string;
  /** The customer's user id. */
  requester: string;
  /** The user id of who fills it in. */
  agent: string;
  /** The category's name. */
  category: string;
}

const PLACEHOLDERS: Readonly<Record<string, (facts: Facts) => string>> = {
  'ticket.id': ({ ticketId }) => ticketId,
  'ticket.subject': ({ subject }) => subject,
  'ticket.status': ({ status }) => status,
  'ticket.priority': ({ priority }) => priority,
  requester: ({ requester }) => requester,
  agent: ({ agent }) => agent,
  category: ({ category }) => category,
};

export const PLACEHOLDER_NAMES: readonly string[] = Object.keys(PLACEHOLDERS);

/** `{{` itself, as Liquid and Jinja write it. */
const BRACES = '"{{"';

const WRITTEN = new RegExp(
  `\\{\\{\\s*(${[...PLACEHOLDER_NAMES, BRACES].map((name) => name.replace(/[.{]/g, '\\$&')).join('|')})\\s*\\}\\}`,
  'g',
);

/** What is wrong with the placeholders of a text. A customer must never read `{{` of a name that nobody knows. */
export function placeholderFault(text: string): string | undefined {
  if (!text.replaceAll(WRITTEN, ' ').includes('{{')) return undefined;
  const known = PLACEHOLDER_NAMES.map((name) => `{{${name}}}`);
  return `Must not hold {{ but in one of ${known.join(', ')}, or written as {{${BRACES}}}`;
}

/** The text with what it stands for in the place of each placeholder. What comes in is not looked through again. */
export function fillIn(text: string, facts: Facts): string {
  return text.replaceAll(WRITTEN, (whole, name: string) =>
    name === BRACES ? '{{' : (PLACEHOLDERS[name]?.(facts) ?? whole),
  );
}
