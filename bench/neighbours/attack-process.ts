import type { AttackJob, Loot } from './attack.js';
import { Attacker } from './attacker.js';
import { ATTACKS } from './attacks.js';

/** One attack in a process of its own, whose end is the end of all that it holds open. */
process.on('message', async (job: AttackJob) => {
  const attack = ATTACKS.find(({ name }) => name === job.attack);
  if (attack === undefined) throw new TypeError(`No such attack: ${job.attack}`);
  const attacker = new Attacker(job);
  await Promise.all([attack.run(attacker), attacker.untilTheEnd()]);
  process.send?.(attacker.loot satisfies Loot, () => process.exit());
});
process.on('disconnect', () => process.exit());
// The imports have been compiled: what takes the processor from here on is the attack.
process.send?.('ready');
