import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AttackJob, Loot } from './attack.js';
import { Attacker } from './attacker.js';
import { ATTACKS } from './attacks.js';

/** One attack in a process of its own, whose end is the end of all that it holds open. */
process.on('message', async (job: AttackJob) => {
  await requireAddress(job.localAddress);
  const attack = ATTACKS.find(({ name }) => name === job.attack);
  if (attack === undefined) throw new TypeError(`No such attack: ${job.attack}`);
  const attacker = new Attacker(job);
  await Promise.all([attack.run(attacker), attacker.untilTheEnd()]);
  process.send?.(attacker.loot satisfies Loot, () => process.exit());
});
process.on('disconnect', () => process.exit());
// The imports have been compiled: what takes the processor from here on is the attack.
process.send?.('ready');

/** @throws where the machine doesn't have this address: nothing would be attacked, and all would seem well */
async function requireAddress(address: string): Promise<void> {
  const probe = createServer().listen(0, address);
  await once(probe, 'listening');
  probe.close();
}
