import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into the server before its own code. Each time the runner asks, it answers what has been since the last time: for
// how long the event loop was held at most, and the highest memory.
const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', () => {
  // The question may come before the timer that sees what held the loop until now.
  setTimeout(() => {
    process.send({ loopHeldMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS), peakRssBytes: takePeakRss() });
    delay.reset();
  }, 3 * RESOLUTION_MS);
});
// Nobody is left to stop us.
process.on('disconnect', () => process.exit());
process.channel.unref();

/** On Linux since the last time; elsewhere since the start. */
function takePeakRss() {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    writeFileSync('/proc/self/clear_refs', '5');
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
