import type { ChildProcess } from 'node:child_process';
import { answerOf } from './answer-of.js';
import type { Job, Result, ToLoad } from './load.js';

/**
 * One stretch of load by the process of load.ts.
 *
 * @throws where that has ended: it does at the first answer that is an error or wrong
 */
export async function runLoad(generator: ChildProcess, job: Job): Promise<Result> {
  generator.send({ job } satisfies ToLoad);
  const result = await answerOf<Result>(generator);
  if (result === null) throw new Error('The load generator has ended: see above');
  return result;
}
