import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { PNG } from '../support/files.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SECOND = { timeout: 20_000, interval: 50 };
const REFUSED = /Failed to load resource|net::ERR_/;
const danas = agentToken('agent_dana');

describe.runIf(hasChromium)('files in the console', () => {
  let browser: Browser;
  let server: RunningServer;
  let dana: SupportClient;
  let ann: SupportClient;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET, FILE_MAX_BYTES: '2097152' } });
    dana = createSupportClient({ url: server.url, token: danas });
    ann = createSupportClient({ url: server.url, token: customerToken('ann') });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  const open = async (subject: string): Promise<string> => {
    const ticket = { subject, description: 'd', categoryId: 'category_001' };
    return (await ann.support.tickets.create.mutate(ticket)).ticketId;
  };
  const show = async (ticketId: string) => {
    const tab = await Tab.open(browser);
    await tab.page.goto(`${server.url}/console/tickets/${ticketId}#token=${danas}`);
    const field = tab.page.getByRole('textbox', { name: 'Reply to customer' });
    await field.waitFor();
    return { tab, page: tab.page, field };
  };

  it('are attached, kept over a reload, sent, and shown as pictures and by their names', async () => {
    const ticketId = await open('With files');
    const { tab, page, field } = await show(ticketId);
    await using _ = tab;
    await page.locator('input[type=file]').setInputFiles([
      { name: 'screen.png', mimeType: 'image/png', buffer: PNG },
      { name: 'log.txt', mimeType: 'text/plain', buffer: Buffer.from('E-42') },
      { name: 'wrong.txt', mimeType: 'text/plain', buffer: Buffer.from('not this') },
    ]);
    const toSend = page.getByRole('list', { name: 'Files to send' });
    await vi.waitFor(async () => expect(await toSend.getByText('1 kB').count()).toBe(3), SECOND);
    await toSend.getByRole('button', { name: 'Remove wrong.txt' }).click();
    await page.reload();
    await toSend.getByText('screen.png').waitFor();
    expect(await toSend.getByRole('listitem').count()).toBe(2);
    await page.getByText('Say something with the files.').waitFor();
    expect(await tab.faults()).toEqual([]);
    await field.fill('See there');
    await field.press('Control+Enter');
    await vi.waitFor(async () => {
      const { messages } = await dana.desk.tickets.get.query({ ticketId });
      // In the order in which they were there.
      expect(messages.flatMap(({ files }) => files.map(({ name, stored }) => `${name} ${stored}`)).sort()).toEqual([
        'log.txt true',
        'screen.png true',
      ]);
    }, SECOND);
    const entry = page.getByRole('article').filter({ hasText: 'See there' });
    const picture = entry.locator('img');
    await picture.waitFor();
    await vi.waitFor(async () => {
      expect(await picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth)).toBe(1);
    }, SECOND);
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      entry.getByRole('button', { name: 'Open screen.png, 1 kB' }).click(),
    ]);
    await opened.waitForURL(/\/support\/files\/.*\/content/);
    expect(await tab.faults()).toEqual([]);
  });

  it('come by paste and by drop', async () => {
    const { tab, page, field } = await show(await open('Pasted'));
    await using _ = tab;
    const bytes = [...PNG];
    await field.evaluate((element, data) => {
      const { DataTransfer, ClipboardEvent, DragEvent, File } = globalThis as never as Record<string, never>;
      const transferOf = (name: string) => {
        const transfer = Reflect.construct(DataTransfer as never, []) as { items: { add(file: File): void } };
        transfer.items.add(
          Reflect.construct(File as never, [[new Uint8Array(data)], name, { type: 'image/png' }]) as File,
        );
        return transfer;
      };
      const target = element as unknown as EventTarget;
      const common = { bubbles: true, cancelable: true };
      target.dispatchEvent(
        Reflect.construct(ClipboardEvent as never, ['paste', { ...common, clipboardData: transferOf('pasted.png') }]),
      );
      target.dispatchEvent(
        Reflect.construct(DragEvent as never, ['drop', { ...common, dataTransfer: transferOf('dropped.png') }]),
      );
    }, bytes);
    const toSend = page.getByRole('list', { name: 'Files to send' });
    await vi.waitFor(async () => expect(await toSend.getByText('1 kB').count()).toBe(2), SECOND);
    expect(await toSend.textContent()).toMatch(/pasted\.png.*dropped\.png|dropped\.png.*pasted\.png/);
  });

  it('that are not taken say why, and hold nothing back once they are removed', async () => {
    const ticketId = await open('Refused files');
    const { tab, page, field } = await show(ticketId);
    await using _ = tab;
    await field.fill('Without them');
    await page.locator('input[type=file]').setInputFiles([
      { name: 'film.txt', mimeType: 'text/plain', buffer: Buffer.alloc(3_000_000, 'a') },
      { name: 'program.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\0\x01\x02\xff\0') },
    ]);
    await page.getByText('Too large: at most 2 MiB.').waitFor();
    await page.getByText('Files of this type are not taken').waitFor();
    await field.press('Control+Enter');
    expect(await field.inputValue()).toBe('Without them');
    expect(await tab.faults()).toEqual([]);
    for (const name of ['film.txt', 'program.exe']) await page.getByRole('button', { name: `Remove ${name}` }).click();
    await field.press('Control+Enter');
    await vi.waitFor(async () => {
      const { messages } = await dana.desk.tickets.get.query({ ticketId });
      expect(messages).toMatchObject([{ content: 'Without them', files: [] }]);
    }, SECOND);
    expect(tab.complaints(REFUSED)).toEqual([]);
  });
});
