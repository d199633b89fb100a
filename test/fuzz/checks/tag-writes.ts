import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { normalTag } from '../../../src/tags/normal-tag.js';
import type { Write, WriteScope } from './writes.js';

/** What a change of a ticket's tags writes. */
export const TAG_WRITES: Record<string, Write> = {
  'desk.tags.change': (scope, { input, data }) => {
    const { ticketId, version, tags } = data as { ticketId: string; version: number; tags: string[] };
    const { add = [], remove = [] } = input as Record<string, string[]>;
    const before = tagsAt(scope, ticketId, version - 1);
    const after = changedTags(before, add, remove);
    const step = scope.steps.find((one) => one.after.id === ticketId && one.after.version === version);
    if (step?.event.type !== 'ticket.tagged' || !isDeepStrictEqual(step.event.after, { tags: after })) {
      // It was so already.
      assert.deepEqual(tags, tagsAt(scope, ticketId, version));
      assert.deepEqual(tags, changedTags(tags, add, remove));
      return;
    }
    assert.deepEqual(tags, after);
    assert.equal(step.event.actor, scope.by.userId);
    assert.deepEqual(step.event.before, { tags: before });
    scope.claim(step);
    const without = (some: string[], others: string[]) => some.filter((tag) => !others.includes(tag));
    for (const tag of without(after, before)) scope.find('INSERT', 'ticket_tags', { ticket_id: ticketId, tag });
    for (const tag of without(before, after)) scope.find('DELETE', 'ticket_tags', { ticket_id: ticketId, tag });
  },
};

/** The tags of a ticket at one of its versions. */
function tagsAt({ before, steps }: WriteScope, ticketId: string, version: number): string[] {
  const known = before.rows('ticket_tags').filter((row) => row.ticket_id === ticketId);
  const tagged = steps.filter(({ after, event }) => {
    return after.id === ticketId && Number(after.version) <= version && event.type === 'ticket.tagged';
  });
  const last = tagged.at(-1)?.event.after.tags as string[] | undefined;
  return last ?? inOrder(known.map(({ tag }) => String(tag)));
}

function changedTags(tags: string[], add: string[], remove: string[]): string[] {
  const added = add.map(normalTag);
  const removed = new Set(remove.map(normalTag));
  return inOrder([...new Set([...tags.filter((tag) => !removed.has(tag)), ...added])]);
}

/** Of their bytes. */
function inOrder(tags: string[]): string[] {
  return tags.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
