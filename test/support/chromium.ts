import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { executablePath, launchChromium } from './launch-chromium.js';

/** A browser is not on every machine; in CI it must be. */
export const hasChromium = spawnSync(executablePath, ['--version']).status === 0;
if (!hasChromium && process.env.CI) throw new Error(`${executablePath} is missing: install Chromium for this test`);
if (!hasChromium) {
  process.stdout.write(
    `Skipped, as ${executablePath} is missing (or set CHROMIUM_PATH): the console and the widget in a browser\n`,
  );
}

export const launch = launchChromium;

/** A page of its own, and all that it complained of: nothing, at the end of a test. */
export class Tab implements AsyncDisposable {
  readonly page: Page;
  readonly #complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.#complaints.push(`error: ${error.message}`));
    // Violations of the policy are among these.
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text());
    });
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    return new Tab(await context.newPage());
  }

  /** What it has complained of since this was asked last, but for what the test itself has brought about. */
  complaints(expected?: RegExp): string[] {
    return this.#complaints.splice(0).filter((text) => expected === undefined || !expected.test(text));
  }

  /** What axe finds wrong with what is on the screen. */
  async faults(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
    expect(this.complaints()).toEqual([]);
  }
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
