import crypto from 'node:crypto';

/**
 * Counts signature checks as node:crypto is asked for them. Load it before anything that loads fast-jwt, which takes the
 * functions once and for all (signing an HS256 token counts as well: do that beforehand):
 *
 * @example const checks = await vi.hoisted(async () => (await import('./signature-checks.js')).signatureChecks);
 */
export const signatureChecks = { count: 0 };

for (const name of ['createHmac', 'createVerify', 'verify'] as const) {
  const original = crypto[name] as (...args: unknown[]) => unknown;
  Object.assign(crypto, {
    [name]: (...args: unknown[]) => {
      signatureChecks.count += 1;
      return original(...args);
    },
  });
}
