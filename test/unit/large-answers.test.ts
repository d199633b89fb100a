import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { LargeAnswers } from '../../src/http/limits/large-answers.js';

/** So many of a user ask for a place at once; those who get one, in order. */
function ask(answers: LargeAnswers, userId: string, count: number) {
  const entered: (() => void)[] = [];
  const asked = Array.from({ length: count }, () => answers.enter(userId).then((leave) => entered.push(leave)));
  return { entered, asked };
}

it('lets one user have eight at once, and the next one when one has left', async () => {
  const answers = new LargeAnswers();
  const { entered, asked } = ask(answers, 'user_1', 10);
  await nextTurn();
  expect(entered).toHaveLength(8);
  entered[3]?.();
  await nextTurn();
  expect(entered).toHaveLength(9);
  for (const leave of entered.filter((_, n) => n !== 3)) leave();
  await Promise.all(asked);
  expect(entered).toHaveLength(10);
});

it('keeps nobody waiting for what another user has', async () => {
  const answers = new LargeAnswers();
  ask(answers, 'user_1', 9);
  const { entered } = ask(answers, 'user_2', 8);
  await nextTurn();
  expect(entered).toHaveLength(8);
});

it('has as many places again when all have left', async () => {
  const answers = new LargeAnswers();
  for (let round = 0; round < 3; round += 1) {
    const { entered } = ask(answers, 'user_1', 9);
    await vi.waitFor(() => expect(entered).toHaveLength(8));
    for (const leave of entered.splice(0)) leave();
    await vi.waitFor(() => expect(entered).toHaveLength(1));
    entered[0]?.();
  }
});
