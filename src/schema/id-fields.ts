import { z } from 'zod';

/** As long as a part of a path may be: see MAX_PATH_SEGMENT. */
const MAX_SUBJECT_ID = 2000;
/** Longest id that a body refers to: those that we give out have at most 45 characters. */
const MAX_ID = 64;

/**
 * The id of what an operation is about. Any string: one that is nobody's is a 404. Over REST it is a part of the path, and
 * over tRPC it may be just as long.
 */
export const subjectId = z
  .string({ error: 'Must be a string' })
  .max(MAX_SUBJECT_ID, { error: `Must be at most ${MAX_SUBJECT_ID} characters long` });

/** An id in a body, of something else. */
export const referredId = z
  .string({ error: (issue) => (issue.input === undefined ? 'Required' : 'Must be a string') })
  .max(MAX_ID, { error: `Must be at most ${MAX_ID} characters long` });
