import type { ModelTables } from '../generated/tables.js';

/** Tables that triggers keep and no model has: see scripts/external-tables.ts. */
interface ExternalTables {
  closed_tickets: { count: number };
  search_texts: { id: number; ticket_id: string; source_id: string; kind: 'ticket' | 'message' | 'note' };
}

/** The tables and columns that a statement can name, as they are in the database. */
export type Tables = ModelTables & ExternalTables;
