import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

// For `node --import`: collects all garbage again and again, for a fifth of the time, and says at its end how often.

const SHARE = 1 / 5;
const AT_LEAST_MS = 20;

if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let collections = 0;
  const next = () => {
    const started = performance.now();
    collect();
    collections += 1;
    const took = performance.now() - started;
    setTimeout(next, Math.max(AT_LEAST_MS, took / SHARE - took)).unref();
  };
  next();
  process.on('exit', () => process.stderr.write(`garbage collections: ${collections}\n`));
}
