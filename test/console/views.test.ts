import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SOON = { timeout: 20_000, interval: 50 };

describe.runIf(hasChromium)('saved views in the console', () => {
  let browser: Browser;
  let server: RunningServer;
  const danas = agentToken('agent_dana');
  const dana = () => createSupportClient({ url: server.url, token: danas }).desk;
  const jonas = () => createSupportClient({ url: server.url, token: agentToken('agent_jonas') }).desk;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const { support } = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { description: 'd', categoryId: 'category_001' };
    await support.tickets.create.mutate({ ...ticket, subject: 'Urgent one', priority: 'Critical' });
    await support.tickets.create.mutate({ ...ticket, subject: 'Calm one', priority: 'Low' });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it('are saved from the filters, renamed, shared and deleted', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/?priority=Critical&sort=created#token=${danas}`);
    await page.getByRole('link', { name: /Urgent one/ }).waitFor();
    await page.getByRole('button', { name: 'Save this view' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Burning');
    await page.keyboard.press('Enter');
    const views = page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Burning' }).waitFor();
    expect(await dana().views.list.query()).toMatchObject([
      { name: 'Burning', shared: false, filters: { priority: ['Critical'] }, sort: 'created' },
    ]);
    // What is saved is not offered again.
    await page.getByRole('button', { name: 'Save this view' }).waitFor({ state: 'detached' });

    await views.getByRole('link', { name: 'All tickets' }).click();
    await page.getByRole('link', { name: /Calm one/ }).waitFor();
    await views.getByRole('link', { name: 'Burning' }).click();
    await page.getByRole('link', { name: /Calm one/ }).waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${server.url}/console/?priority=Critical&sort=created`);
    expect(await views.getByRole('link', { name: 'Burning' }).getAttribute('aria-current')).toBe('true');

    const choose = async (item: string, name = 'Burning') => {
      await views.getByRole('button', { name: `${name}: change` }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await choose('Rename…');
    await page.getByRole('textbox', { name: 'Name' }).fill('On fire');
    expect(await tab.faults()).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await views.getByRole('link', { name: 'On fire' }).waitFor();
    await choose('Share with everybody', 'On fire');
    await page.getByRole('heading', { name: 'Shared views' }).waitFor();
    expect(await jonas().views.list.query()).toMatchObject([{ name: 'On fire', shared: true, owner: 'agent_dana' }]);
    expect(await tab.faults()).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(await tab.faults()).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await choose('Delete…', 'On fire');
    await page.getByRole('button', { name: 'Delete it' }).click();
    await views.getByRole('link', { name: 'On fire' }).waitFor({ state: 'detached' });
    await vi.waitFor(async () => expect(await dana().views.list.query()).toEqual([]), SOON);
  });

  it('say that a name is taken, and keep what was typed', async () => {
    await dana().views.create.mutate({ name: 'Cards', filters: { tag: 'card' } });
    const tab = await Tab.open(browser);
    await using _ = tab;
    const { page } = tab;
    await page.goto(`${server.url}/console/?tag=loan#token=${danas}`);
    await page.getByRole('button', { name: 'Save this view' }).click();
    const field = page.getByRole('textbox', { name: 'Name' });
    await field.fill('CARDS');
    await page.keyboard.press('Enter');
    await page.getByText('Another one has this name').waitFor();
    expect(await field.inputValue()).toBe('CARDS');
    expect(tab.complaints(/Failed to load resource.*409/)).toEqual([]);
  });

  it("of others are used, not changed; of times that the console doesn't offer, too", async () => {
    await jonas().views.create.mutate({
      name: 'Lately',
      filters: { createdFrom: '2026-01-01T00:00:00Z', priority: ['Low'] },
      shared: true,
    });
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console#token=${danas}`);
    await page.getByRole('link', { name: 'Lately' }).click();
    await page.getByRole('link', { name: /Urgent one/ }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /Calm one/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Lately: change' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Remove the filter Opened since' }).click();
    await vi.waitFor(() => expect(page.url()).not.toContain('createdFrom'), SOON);
  });
});
