import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairScheduler } from '../../src/http/limits/fair-scheduling.js';

let now = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

/** Resolves when nothing waits any more. */
async function emptied(scheduler: FairScheduler): Promise<void> {
  while (scheduler.waiting > 0) await nextRound();
}

const fail = () => expect.unreachable();

/**
 * A scheduler, and what asks it for requests by name, whose first letter is the sender: `work` is what one does when it starts,
 * `refuse` when it is refused, which fails the test unless it says otherwise.
 */
function scheduling(work: (name: string) => void = () => {}, refuse: (name: string) => void = fail) {
  const scheduler = new FairScheduler();
  const begun: string[] = [];
  const ask = (...names: string[]) => {
    for (const name of names) {
      const start = () => {
        begun.push(name);
        work(name);
      };
      scheduler.schedule(name.slice(0, 1), { start, refuse: () => refuse(name) });
    }
  };
  return { scheduler, begun, ask };
}

/** From `a1` to as many. */
const numbered = (sender: string, most: number) => Array.from({ length: most }, (_, index) => `${sender}${index + 1}`);

describe('requests', () => {
  it('come at once while there is time', () => {
    const scheduler = new FairScheduler();
    for (let request = 0; request < 100; request++) {
      const begin = vi.fn();
      scheduler.schedule('a', { start: begin, refuse: fail });
      expect(begin).toHaveBeenCalledOnce();
      expect(scheduler.waiting).toBe(0);
    }
  });

  it('that were put into the queue wait for the next round, though there is time', async () => {
    const scheduler = new FairScheduler();
    const begun: string[] = [];
    for (const name of ['a1', 'a2', 'b1'])
      scheduler.enqueue(name.slice(0, 1), { start: () => void begun.push(name), refuse: fail });
    expect(begun).toEqual([]);
    for (const all of [['a1'], ['a1', 'b1'], ['a1', 'b1', 'a2']]) {
      await nextRound();
      expect(begun).toEqual(all);
    }
  });

  it('come one in a round once there is none, in the order of asking, also for whoever asks later', async () => {
    const scheduler = new FairScheduler();
    const begun: number[] = [];
    const ask = (request: number) => scheduler.schedule('a', { start: () => void begun.push(request), refuse: fail });
    ask(0);
    // The work of the first took this long.
    now += 25;
    for (const request of [1, 2, 3]) ask(request);
    expect(scheduler.waiting).toBe(3);
    await nextRound();
    expect(begun).toEqual([0, 1]);
    // There is time again, but others were first.
    ask(4);
    expect(scheduler.waiting).toBe(3);
    for (const others of [[2], [2, 3], [2, 3, 4]]) {
      await nextRound();
      expect(begun).toEqual([0, 1, ...others]);
    }
    expect(scheduler.waiting).toBe(0);
  });

  it('of several senders come in rotation, whoever sent how many', async () => {
    const { scheduler, begun, ask } = scheduling();
    ask('a0');
    now += 25;
    ask('a1', 'a2', 'a3', 'b1', 'c1', 'b2');
    for (let round = 0; round < 6; round++) await nextRound();
    expect(begun).toEqual(['a0', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(scheduler.waiting).toBe(0);
  });

  it('of several senders share the time: whoever asks for what takes long comes less often', async () => {
    const { scheduler, begun, ask } = scheduling((name) => {
      now += name === 'a0' ? 25 : name.startsWith('a') ? 10 : 4;
    });
    ask('a0', ...numbered('a', 3), ...numbered('b', 6));
    await emptied(scheduler);
    expect(begun).toEqual(['a0', 'a1', 'b1', 'b2', 'b3', 'a2', 'b4', 'b5', 'a3', 'b6']);
  });

  it('of somebody who was not there have no time to catch up on', async () => {
    const { scheduler, begun, ask } = scheduling((name) => {
      now += 4;
      if (name === 'a3') ask('b1', 'b2', 'b3');
    });
    ask('a0');
    now += 25;
    ask(...numbered('a', 5));
    await emptied(scheduler);
    // b1 goes ahead, within the time of a3, and is put down to both; from there on they take turns.
    expect(begun).toEqual(['a0', 'a1', 'a2', 'a3', 'b1', 'b2', 'a4', 'b3', 'a5']);
  });

  it('leave the event loop some iterations after one that has held it', async () => {
    const scheduler = new FairScheduler();
    let begun = 0;
    const start = () => {
      begun += 1;
      now += 5;
    };
    for (let request = 0; request < 5; request++) scheduler.schedule('a', { start, refuse: fail });
    expect(begun).toBe(1);
    await nextRound();
    expect(begun).toBe(2);
    // Two for each millisecond.
    for (let round = 0; round < 10; round++) await nextRound();
    expect(begun).toBe(2);
    await nextRound();
    expect(begun).toBe(3);
  });

  it('of a sender of whom nothing waits go ahead of those that wait, one in each round', async () => {
    const { scheduler, begun, ask } = scheduling();
    ask('a0');
    now += 25;
    ask(...numbered('a', 9));
    await nextRound();
    ask('b1');
    expect(begun).toEqual(['a0', 'a1', 'b1']);
    ask('b2');
    expect(begun).toEqual(['a0', 'a1', 'b1']);
    await emptied(scheduler);
    expect(begun.indexOf('b2')).toBeLessThan(begun.indexOf('a4'));
  });

  it('of which somebody has few do not wait for the rounds that pass after those of others', async () => {
    const { begun, ask } = scheduling((name) => {
      if (name.startsWith('a')) now += 5;
    });
    ask(...numbered('a', 9));
    await nextRound();
    expect(begun).toEqual(['a1', 'a2']);
    // No time is left in this one.
    ask('a10');
    now += 25;
    ask('b1', 'b2');
    await nextRound();
    await nextRound();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('of which somebody has few are not charged for what else is done in their rounds', async () => {
    const { scheduler, begun, ask } = scheduling((name) => {
      now += 1;
      // An answer to one of a's, say.
      const answer = () => {
        now += 50;
      };
      if (name === 'b1') setImmediate(answer);
    });
    ask('a0');
    now += 25;
    ask(...numbered('a', 20), 'b1', 'b2');
    await emptied(scheduler);
    expect(begun.indexOf('b1')).toBe(2);
    expect(begun.indexOf('b2')).toBe(4);
  });

  it('let connections be accepted first, but not for long', async () => {
    const scheduler = new FairScheduler();
    let begun = 0;
    const start = () => {
      begun += 1;
    };
    const ask = () => scheduler.schedule('a', { start, refuse: fail });
    ask();
    now += 25;
    for (let request = 0; request < 3; request++) ask();
    for (let round = 0; round < 5; round++) {
      scheduler.accepted();
      await nextRound();
    }
    expect(begun).toBe(1);
    await nextRound();
    expect(begun).toBe(2);
    for (let round = 0; round < 20; round++) {
      scheduler.accepted();
      await nextRound();
    }
    expect(begun).toBe(2);
    scheduler.accepted();
    await nextRound();
    expect(begun).toBe(3);
  });

  it('make room by the newest of whoever has the most waiting, and not for one of theirs', async () => {
    const refused: string[] = [];
    const { scheduler, begun, ask } = scheduling(undefined, (name) => void refused.push(name));
    ask('a0');
    now += 25;
    ask('a1', 'a2', 'a3', 'b1');
    expect(scheduler.makeRoomFor('a')).toBe(false);
    expect(scheduler.makeRoomFor('c')).toBe(true);
    ask('c1');
    expect([refused, scheduler.waiting]).toEqual([['a3'], 4]);
    // Who has as many as the other would then have keeps theirs.
    expect(scheduler.makeRoomFor('b')).toBe(false);
    for (let round = 0; round < 4; round++) await nextRound();
    expect(begun).toEqual(['a0', 'a1', 'b1', 'c1', 'a2']);
  });
});
