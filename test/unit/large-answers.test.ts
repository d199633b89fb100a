import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { OpenRequests } from '../../src/http/lifecycle/open-requests.js';
import { LargeAnswers } from '../../src/http/limits/large-answers.js';

const openRequests = new OpenRequests();

/** So many of a user ask for a place at once; what ends the requests of those who get one, in order. */
function ask(answers: LargeAnswers, userId: string, count: number) {
  const entered: (() => void)[] = [];
  const asked = Array.from({ length: count }, async () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    openRequests.add(response);
    await answers.enter(userId, response);
    entered.push(() => void response.emit('close'));
  });
  return { entered, asked };
}

it('lets one user have eight at once, and the next one when one has left', async () => {
  const answers = new LargeAnswers(openRequests);
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
  const answers = new LargeAnswers(openRequests);
  ask(answers, 'user_1', 9);
  const { entered } = ask(answers, 'user_2', 8);
  await nextTurn();
  expect(entered).toHaveLength(8);
});

it('has as many places again when all have left', async () => {
  const answers = new LargeAnswers(openRequests);
  for (let round = 0; round < 3; round += 1) {
    const { entered } = ask(answers, 'user_1', 9);
    await vi.waitFor(() => expect(entered).toHaveLength(8));
    for (const leave of entered.splice(0)) leave();
    await vi.waitFor(() => expect(entered).toHaveLength(1));
    entered[0]?.();
  }
});

it('gives the place of a request that has ended to the next one', async () => {
  const answers = new LargeAnswers(openRequests);
  const { entered } = ask(answers, 'user_1', 8);
  const gone = new ServerResponse(new IncomingMessage(new Socket()));
  openRequests.add(gone);
  const refused = expect(answers.enter('user_1', gone)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  const { entered: next } = ask(answers, 'user_1', 1);
  gone.emit('close');
  await nextTurn();
  entered[0]?.();
  await refused;
  await vi.waitFor(() => expect(next).toHaveLength(1));
});
