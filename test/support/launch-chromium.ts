import { type Browser, chromium } from 'playwright-core';

/** Debian's, unless CHROMIUM_PATH says where another one is. */
export const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** `args`: for this one, beside those of all. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Its sandbox refuses to work for root, as whom CI runs.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      ...args,
    ],
  });
}
