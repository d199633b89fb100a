import { type Browser, chromium } from 'playwright-core';

/** Debian's, unless CHROMIUM_PATH says where another one is. */
export const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Its sandbox refuses to work for root, as whom CI runs.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
}
