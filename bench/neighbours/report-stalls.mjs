import { openSync, readFileSync, readSync, writeFileSync } from 'node:fs';

// Loaded into the server before its own code. Each time the runner asks, it answers what has been since the last time: for
// how long the event loop was held at most, and the highest memory.
const INTERVAL_MS = 10;
const schedstat = openOnLinux('/proc/self/schedstat');
const text = Buffer.alloc(100);

let longest = { heldMs: 0, lateMs: 0 };
let last = { at: performance.now(), waitedMs: waitedMs() };
setInterval(() => {
  const now = { at: performance.now(), waitedMs: waitedMs() };
  const lateMs = now.at - last.at - INTERVAL_MS;
  const heldMs = lateMs - (now.waitedMs - last.waitedMs);
  longest = { heldMs: Math.max(longest.heldMs, heldMs), lateMs: Math.max(longest.lateMs, lateMs) };
  last = now;
}, INTERVAL_MS).unref();

process.on('message', () => {
  // The question may come before the timer that sees what held the loop until now.
  setTimeout(() => {
    process.send({ loopHeldMs: longest.heldMs, loopLateMs: longest.lateMs, peakRssBytes: takePeakRss() });
    longest = { heldMs: 0, lateMs: 0 };
  }, 3 * INTERVAL_MS);
});
// Nobody is left to stop us.
process.on('disconnect', () => process.exit());
process.channel.unref();

/** For how long the main thread could have run so far, and the machine ran others instead; 0 where that isn't told. */
function waitedMs() {
  if (schedstat === undefined) return 0;
  const length = readSync(schedstat, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, length).split(' ')[1]) / 1e6;
}

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

function openOnLinux(path) {
  try {
    return openSync(path);
  } catch {
    return undefined;
  }
}
