import type { ModelTables } from '../generated/tables.js';
import type { Generated } from './column-types.js';

/** A table of FTS5, which only SQLite has. */
export interface WordIndex {
  /** The id of the text in search_texts. */
  rowid: number;
  subject: string;
  content: string;
}

/** Tables that triggers or verbs keep and no model has: see scripts/external-tables.ts. */
interface ExternalTables {
  closed_tickets: { count: number };
  search_texts: {
    id: Generated<number>;
    ticket_id: string;
    source_id: string;
    kind: 'ticket' | 'message' | 'note';
    /** The version of the analyser that made its words; 0: it has none. */
    analyser: Generated<number>;
    /** PostgreSQL's tsvector and, where that can't hold all places, the words in order. */
    document: Generated<string>;
    words: string | null;
  };
  search_words: WordIndex;
  /** What triggers have indexed. */
  search_index: WordIndex;
}

/** The tables and columns that a statement can name, as they are in the database. */
export type Tables = ModelTables & ExternalTables;
