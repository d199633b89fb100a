import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { createMigratedDatabase, type TestDatabase } from '../support/databases.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SOON = { timeout: 20_000, interval: 50 };

describe.runIf(hasChromium)('the figures in the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
    let database: TestDatabase;
    let server: RunningServer;
    let dana: SupportClient;
    const token = agentToken('agent_dana');
    beforeAll(async () => {
      database = await createMigratedDatabase(engine);
      server = await startServer({ env: { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET } });
      const client = (of: string) => createSupportClient({ url: server.url, token: of });
      dana = client(token);
      const jonas = client(agentToken('agent_jonas'));
      const ann = client(customerToken('ann'));
      const open = async (categoryId: string) =>
        (await ann.support.tickets.create.mutate({ subject: 'Card, declined', description: 'd', categoryId })).ticketId;
      for (const [agent, categoryId] of [
        [dana, 'category_001'],
        [dana, 'category_002'],
        [jonas, 'category_001'],
      ] as const) {
        const ticketId = await open(categoryId);
        await agent.desk.messages.reply.mutate({ ticketId, message: 'An answer' });
        await agent.desk.tickets.resolve.mutate({ ticketId });
        await ann.support.tickets.rate.mutate({ ticketId, score: agent === dana ? 5 : 2 });
      }
      await open('category_001');
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });

    const signIn = async (path: string, timezoneId = 'Europe/Berlin') => {
      const tab = await Tab.open(browser, { timezoneId });
      await tab.page.goto(`${server.url}/console${path}#token=${token}`);
      return tab;
    };
    const total = (page: Page, name: string) =>
      page.locator('dl > div').filter({ hasText: name }).locator('strong').textContent();
    const rows = (page: Page, title: string) =>
      page
        .getByRole('region', { name: title, exact: true })
        .getByRole('row')
        .evaluateAll((all) =>
          all.slice(1).map((row) => Array.from(row.children, ({ textContent }) => textContent ?? '')),
        );

    it('are those of the API, in days of the agent’s time zone', async () => {
      await using tab = await signIn('/figures?days=7');
      const { page } = tab;
      await page.getByText('Days are those of your time zone, Europe/Berlin.').waitFor();
      await page.getByRole('region', { name: 'Tickets over time', exact: true }).waitFor();
      const to = await page.evaluate('new Date(new Date().setHours(24, 0, 0, 0)).toISOString()');
      const from = await page.evaluate(
        '(() => { const now = new Date(); return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 6).toISOString(); })()',
      );
      const period = { from: String(from), to: String(to) };
      const { overall, agents, categories } = await dana.desk.figures.get.query(period);
      const { series } = await dana.desk.figures.series.query({ ...period, timeZone: 'Europe/Berlin' });
      expect(overall).toMatchObject({ opened: 4, answered: 3, solved: 3, ratings: { count: 3, average: 4 } });
      expect(await total(page, 'Opened')).toBe(String(overall.opened));
      expect(await total(page, 'First answered')).toBe(String(overall.answered));
      expect(await total(page, 'Solved')).toBe(String(overall.solved));
      expect(await total(page, 'Satisfaction')).toBe('4 of 5');
      expect((await rows(page, 'Tickets over time')).map((cells) => cells.slice(1))).toEqual(
        series.map(({ opened, answered, solved }) => [opened, answered, solved].map(String)),
      );
      expect((await rows(page, 'By agent')).map(([name, answered, solved]) => [name, answered, solved])).toEqual(
        [...agents]
          .sort((a, b) => b.solved - a.solved)
          .map(({ agent, answered, solved }) => [
            agent === 'agent_dana' ? 'You' : agent,
            String(answered),
            String(solved),
          ]),
      );
      expect((await rows(page, 'By category')).map(([, opened]) => opened)).toEqual(
        [...categories].sort((a, b) => b.opened - a.opened).map(({ opened }) => String(opened)),
      );
      expect((await rows(page, 'Scores')).map(([, number]) => number)).toEqual(['2', '0', '0', '1', '0']);
    });

    it('have their period and filter in the address, and go back to what was there before', async () => {
      await using tab = await signIn('/figures');
      const { page } = tab;
      await page.getByRole('link', { name: 'agent_jonas' }).click();
      await vi.waitFor(async () => expect(await total(page, 'Solved')).toBe('1'), SOON);
      expect(page.url()).toBe(`${server.url}/console/figures?agent=agent_jonas`);
      expect(await page.locator('dl').getByText('Opened').count()).toBe(0);
      await page.getByRole('link', { name: '12 months' }).click();
      await vi.waitFor(() => expect(page.url()).toContain('/figures?agent=agent_jonas&days=365'), SOON);
      await page.getByRole('columnheader', { name: 'Month' }).first().waitFor();
      await page.reload();
      await page.getByRole('columnheader', { name: 'Month' }).first().waitFor();
      await page.goBack();
      await page.getByRole('columnheader', { name: 'Day' }).first().waitFor();
      await page.getByRole('button', { name: 'Remove the filter Agent' }).click();
      await vi.waitFor(async () => expect(await total(page, 'Solved')).toBe('3'), SOON);
      await page.getByLabel('From', { exact: true }).fill('2020-01-01');
      await page.getByLabel('To', { exact: true }).fill('2020-01-31');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('Nothing happened in this period').waitFor();
      await page.getByLabel('To', { exact: true }).fill('2019-01-31');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('The last day must not be before the first').waitFor();
    });

    it('come as a file', async () => {
      await using tab = await signIn('/figures?days=7');
      const { page } = tab;
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'By agent: download as CSV' }).click();
      const download = await saved;
      expect(download.suggestedFilename()).toMatch(/^agents-\d{4}-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}\.csv$/);
      const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
      expect(lines[0]).toMatch(/^\uFEFFAgent,First answered,Solved,"Time to first answer, median \(seconds\)",/);
      expect(lines[1]).toMatch(/^agent_dana,2,2,\d+,\d+,\d+,\d+,5,2$/);
      expect(lines[2]).toMatch(/^agent_jonas,1,1,/);
    });

    it('list what is overdue now', async () => {
      const { desk } = createSupportClient({ url: server.url, token });
      await using tab = await signIn('/figures');
      const { page } = tab;
      await page.getByText('Nothing is overdue').waitFor();
      expect(await desk.sla.breaches.query({ within: 0 })).toEqual([]);
    });
  });
});
