import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { InFlight } from '../../src/http/limits/in-flight.js';

it('tells those who are refused a few at a time, and others come between', async () => {
  const inFlight = new InFlight(1, () => {});
  const leave = inFlight.enter('somebody');
  const refused: number[] = [];
  for (let request = 0; request < 12; request++) {
    inFlight.whenItMay(
      'a',
      () => expect.unreachable(),
      () => refused.push(request),
    );
  }
  const all = Array.from({ length: 12 }, (_, request) => request);
  for (const count of [5, 10, 12]) {
    expect(refused).toEqual(all.slice(0, count));
    await nextRound();
  }
  leave();
});
