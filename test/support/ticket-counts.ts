import { expect } from 'vitest';
import { runSql } from './run-sql.js';

interface Ticket {
  userId: string;
  status: string;
  priority: string;
  createdAt: number;
}

/** Fails unless `ticket_counts` and `ticket_segments` say what `tickets` has, counted here. */
export async function expectExactCounts(databaseUrl: string): Promise<void> {
  const tickets = (await runSql(databaseUrl, 'SELECT user_id, status, priority, created_at FROM tickets')).map(
    (row): Ticket => ({
      userId: String(row.user_id),
      status: String(row.status),
      priority: String(row.priority),
      createdAt: new Date(row.created_at as string).getTime(),
    }),
  );
  const kept = await keptSegments(databaseUrl);
  const starts = new Map<string, number[]>();
  for (const { userId, startsAt } of kept) {
    const of = starts.get(userId) ?? [];
    if (!of.includes(startsAt))
      starts.set(
        userId,
        [...of, startsAt].sort((a, b) => b - a),
      );
  }

  const counts: Record<string, number> = {};
  const segments: Record<string, number> = {};
  const add = (to: Record<string, number>, ...key: (string | number)[]) => {
    to[key.join()] = (to[key.join()] ?? 0) + 1;
  };
  for (const { userId, status, priority, createdAt } of tickets) {
    add(counts, userId, status, priority);
    const segment = starts.get(userId)?.find((start) => start <= createdAt);
    if (segment === undefined) continue;
    for (const kind of [`*,*`, `${status},*`, `*,${priority}`, `${status},${priority}`]) {
      add(segments, userId, kind, segment);
    }
  }
  const rows = await runSql(databaseUrl, 'SELECT user_id, status, priority, count FROM ticket_counts');
  expect(nonZero(rows.map((row) => [[row.user_id, row.status, row.priority].join(), Number(row.count)]))).toEqual(
    counts,
  );
  expect(nonZero(kept.map((row) => [[row.userId, row.kind, row.startsAt].join(), row.count]))).toEqual(segments);
}

/** How many tickets each of a user's segments has, oldest first. */
export async function segmentSizes(databaseUrl: string, userId: string): Promise<number[]> {
  const kept = await keptSegments(databaseUrl);
  return kept
    .filter((row) => row.userId === userId && row.kind === '*,*')
    .sort((a, b) => a.startsAt - b.startsAt)
    .map(({ count }) => count);
}

async function keptSegments(databaseUrl: string) {
  const rows = await runSql(databaseUrl, 'SELECT user_id, status, priority, starts_at, count FROM ticket_segments');
  return rows.map((row) => ({
    userId: String(row.user_id),
    kind: `${row.status},${row.priority}`,
    startsAt: new Date(row.starts_at as string).getTime(),
    count: Number(row.count),
  }));
}

function nonZero(entries: [string, number][]): Record<string, number> {
  return Object.fromEntries(entries.filter(([, count]) => count !== 0));
}
