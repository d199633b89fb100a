import { spawnSync } from 'node:child_process';
import { setPriority } from 'node:os';

/** Where there is no lower class of scheduling than this. */
const NICENESS = 19;

/**
 * Gives a process what all others leave of the processors: for clients that would have machines of their own. On Linux the
 * server's threads for long reads, which have a lower priority than the rest of it, don't share with it either.
 */
export function yieldToAll(pid: number): void {
  const { error, status } = spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)]);
  if (error !== undefined || status !== 0) setPriority(pid, NICENESS);
}
