import { request as httpRequest } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { PNG } from '../support/files.js';
import { type Bank, signInTo, startBank } from '../support/host-app.js';
import { startLoopbackServer } from '../support/loopback-server.js';
import { startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const WAIT = { timeout: 20_000, interval: 50 };
const REFUSED = /Failed to load resource|net::ERR_/;

/** What a page may say of all elements, and of those that it doesn't know. */
const HOSTILE = `
  * { color: red !important; font: 30px cursive !important; display: block !important; margin: 20px !important; }
  div, p, button, dialog, ul, li, textarea { background: lime !important; position: static !important; float: left !important; }
  support-widget { display: none !important; visibility: hidden !important; opacity: 0 !important; transform: scale(0) !important; }
  html { font-size: 6px; } body { direction: rtl; display: grid; gap: 50px; line-height: 4; text-transform: uppercase; }
  [hidden] { display: block !important; }
`;

const launcher = (page: Page) => page.getByRole('button', { name: /^(Help|Hilfe)/ });
const newRequest = (page: Page) => page.getByRole('button', { name: /^(New request|Neue Anfrage)$/ });
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
/** In the page; a string, as the page's types are not those of the tests. */
const run = (page: Page, script: string) => page.evaluate(script);

describe.runIf(hasChromium)('the widget on a page of another site', () => {
  let browser: Browser;
  let bank: Bank;
  let dana: SupportClient;
  let ann: SupportClient;
  beforeAll(async () => {
    browser = await launch();
    bank = await startBank({ engine: 'sqlite', env: { CORS_ORIGINS: '*' } });
    dana = createSupportClient({ url: bank.server.url, token: agentToken('agent_dana') });
    ann = createSupportClient({ url: bank.server.url, token: customerToken('ann') });
  });
  afterAll(async () => {
    await browser.close();
    await bank[Symbol.asyncDispose]();
  });

  const create = async (subject: string, customer = ann): Promise<string> => {
    const ticket = { subject, description: `About: ${subject}`, categoryId: 'category_001' };
    return (await customer.support.tickets.create.mutate(ticket)).ticketId;
  };

  /** A page that is nothing but its head, and the widget of Ann in it. */
  const openBare = async (head: string) => {
    const start = `const start = () => SupportWidget.init({ getToken: () => '${customerToken('ann')}' });
      if (window.SupportWidget) start(); else addEventListener('support-widget:load', start, { once: true });`;
    const script = `<script src="http://127.0.0.1:${bank.relay.port}/widget/v1.js" async></script>`;
    const html = `<!doctype html><html lang="en"><title>Bare</title>${head.replaceAll('WIDGET', script)}<script>${start}</script><h1>Bare</h1>`;
    const host = await startLoopbackServer(({ url }, response) => {
      response.writeHead(url === '/' ? 200 : 204, { 'content-type': 'text/html; charset=utf-8' });
      response.end(url === '/' ? html : undefined);
    });
    onTestFinished(() => host[Symbol.asyncDispose]());
    const tab = await Tab.open(browser, { viewport: { width: 1024, height: 768 } });
    await tab.page.goto(host.url.replace('127.0.0.1', 'localhost'));
    return tab;
  };

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it('has screens that axe finds nothing wrong with, wide and narrow', async () => {
      const ticketId = await create('For the eye');
      await dana.desk.messages.reply.mutate({ ticketId, message: 'See https://bank.example/help' });
      await using tab = await bank.signIn(browser, 'ann', { colorScheme });
      const { page } = tab;
      const look = async (screen: string) => {
        for (const [width, height] of [
          [1024, 768],
          [390, 844],
          [320, 640],
        ] as const) {
          await page.setViewportSize({ width, height });
          expect(await tab.faults(), `${screen} at ${width}`).toEqual([]);
          // Nothing is cut off.
          expect(await run(page, 'document.documentElement.scrollWidth'), screen).toBeLessThanOrEqual(width);
          const inner = `Math.max(0, ...[...document.querySelector('support-widget').shadowRoot.querySelectorAll('.body, .scroll')].map((one) => one.scrollWidth - one.clientWidth))`;
          expect(await run(page, inner), `${screen} at ${width}`).toBe(0);
        }
        await page.setViewportSize({ width: 1024, height: 768 });
      };
      await page.getByRole('button', { name: /new answer/ }).waitFor();
      await look('closed');
      await launcher(page).click();
      await page.getByText('New answer').first().waitFor();
      await look('the list');
      await newRequest(page).click();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Please give it a subject.').waitFor();
      const files = [{ name: 'program.exe', mimeType: 'text/plain', buffer: Buffer.from('MZ\0\x01\x02\xff\0') }];
      await page.locator('input[type=file]').setInputFiles(files);
      await page.getByText('Files of this type are not taken.').waitFor();
      await look('a new request with faults');
      await page.getByRole('button', { name: 'Back' }).click();
      await page
        .getByRole('button', { name: /For the eye/ })
        .first()
        .click();
      await page.getByRole('link').filter({ hasText: 'bank.example' }).waitFor();
      await look('a conversation');
      await page.getByRole('button', { name: 'Close this request' }).click();
      await look('to close it');
      await page.getByRole('button', { name: 'Close the request' }).click();
      await page.getByText('This request is closed.').waitFor();
      await page.getByRole('radio', { name: '4' }).check();
      await look('to rate it');
      await page.getByRole('button', { name: 'Send the rating' }).click();
      await page.getByText('Thank you for your rating.').first().waitFor();
      await look('rated');
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('follows the browser, or the option', async () => {
      await using tab = await bank.signIn(browser, 'ben', { colorScheme });
      const { page } = tab;
      const ground = async () => {
        await launcher(page).click();
        await newRequest(page).waitFor();
        return page.getByRole('dialog').evaluate((dialog) => {
          const style = dialog.ownerDocument.defaultView?.getComputedStyle(dialog);
          return style?.backgroundColor;
        });
      };
      const [light, dark] = ['rgb(255, 255, 255)', 'rgb(26, 30, 34)'];
      expect(await ground()).toBe(colorScheme === 'light' ? light : dark);
      await run(page, `SupportWidget.init({ getToken: async () => null, colorScheme: 'dark' })`);
      await launcher(page).click();
      await page.getByText('You are not signed in').waitFor();
      const fixed = await page.getByRole('dialog').evaluate((dialog) => {
        return dialog.ownerDocument.defaultView?.getComputedStyle(dialog).backgroundColor;
      });
      expect(fixed).toBe(dark);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });
  });

  it('is out of reach for what the page’s styles say', async () => {
    await create('Not in lime');
    const measure = async (head: string) => {
      await using tab = await openBare(head);
      const { page } = tab;
      await launcher(page).click();
      await page.getByRole('button', { name: /Not in lime/ }).click();
      await field(page).waitFor();
      const sizes = await run(
        page,
        `JSON.stringify(['.panel', '#title', '.entry', '#message', '.primary'].map((one) => {
          const element = document.querySelector('support-widget').shadowRoot.querySelector(one);
          const { x, y, width, height } = element.getBoundingClientRect();
          const { color, backgroundColor, fontSize, fontFamily, direction, textTransform } = getComputedStyle(element);
          return [one, x, y, width, height, color, backgroundColor, fontSize, fontFamily, direction, textTransform];
        }))`,
      );
      return JSON.parse(sizes as string);
    };
    expect(await measure(`WIDGET<style>${HOSTILE}</style>`)).toEqual(await measure('WIDGET'));
  });

  it('is there once, however often its script is loaded, and stays when the page changes itself', async () => {
    const ticketId = await create('One page');
    await using tab = await openBare('WIDGETWIDGET<script>addEventListener("load", () => start())</script>WIDGET');
    const { page } = tab;
    await launcher(page).waitFor();
    expect(await run(page, `document.querySelectorAll('support-widget').length`)).toBe(1);
    await launcher(page).click();
    await page.getByRole('button', { name: 'One page' }).click();
    await field(page).fill('Half of a thou');
    await run(page, `history.pushState(null, '', '/cards')`);
    // As Turbo and others do it.
    await run(page, `document.documentElement.replaceChild(document.createElement('body'), document.body), undefined`);
    await field(page).waitFor();
    expect(await field(page).inputValue()).toBe('Half of a thou');
    await dana.desk.messages.reply.mutate({ ticketId, message: 'Still live' });
    await page.getByRole('listitem').filter({ hasText: 'Still live' }).waitFor();
    await run(page, 'SupportWidget.destroy()');
    await vi.waitFor(async () => expect(await run(page, `document.querySelector('support-widget')`)).toBeNull(), WAIT);
    await run(page, 'start()');
    await launcher(page).click();
    await page.getByRole('button', { name: /One page/ }).click();
    expect(await field(page).inputValue()).toBe('Half of a thou');
  });

  it('finds the service below a path', async () => {
    const ticketId = await create('Below a path');
    await using proxied = await startServer({
      env: { DATABASE_URL: bank.databaseUrl, JWT_SECRET: TEST_SECRET, CORS_ORIGINS: '*', PUBLIC_PATH: '/helpdesk' },
    });
    // As a proxy does that takes the path off.
    await using proxy = await startLoopbackServer((request, response) => {
      const { method, headers, url = '' } = request;
      const path = url.replace(/^\/helpdesk/, '');
      if (path === url) return void response.writeHead(404).end();
      const passed = httpRequest(`${proxied.url}${path}`, { method, headers }, (answer) => {
        answer.on('error', () => response.destroy());
        answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
      });
      passed.on('error', () => response.destroy());
      response.on('close', () => passed.destroy());
      request.pipe(passed);
    });
    await using tab = await openBare(`<script src="${proxy.url}/helpdesk/widget/v1.js" async></script>`);
    const { page } = tab;
    await launcher(page).click();
    await page.getByRole('button', { name: /Below a path/ }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
    await page.getByRole('list', { name: 'Files to send' }).getByText('1 kB').waitFor();
    await field(page).fill('With a file');
    await field(page).press('Control+Enter');
    await dana.desk.messages.reply.mutate({ ticketId, message: 'Live below it' });
    await page.getByRole('listitem').filter({ hasText: 'Live below it' }).waitFor();
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: 'Open a.png' }).click(),
    ]);
    await opened.waitForURL(/\/helpdesk\/support\/files\/.*\/content/);
  });

  it('forgets after 30 days what anybody has written on this computer', async () => {
    await using tab = await bank.signIn(browser, 'ann');
    const { page } = tab;
    await launcher(page).waitFor();
    const days = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString();
    const texts = {
      'support-widget/ben%40bank/draft/new': { text: 'old', files: [], at: days(31) },
      'support-widget/ben%40bank/outbox/1': { text: 'old', files: [], at: days(31) },
      'support-widget/ben%40bank/draft/message/1': { text: 'new', files: [], at: days(29) },
      'support-widget/ann/draft/new': { text: 'old', files: [], at: days(31) },
      'support-widget/ann/draft/message/1': { text: 'new', files: [], at: days(1) },
      'support-widget/ann/seen': {},
    };
    await run(
      page,
      Object.entries(texts)
        .map(([key, value]) => `localStorage.setItem('${key}', '${JSON.stringify(value)}')`)
        .join(';'),
    );
    await page.reload();
    await launcher(page).waitFor();
    await vi.waitFor(async () => {
      expect(JSON.parse((await run(page, 'JSON.stringify(Object.keys(localStorage).sort())')) as string)).toEqual([
        'support-widget/ann/draft/message/1',
        'support-widget/ann/seen',
        'support-widget/ben%40bank/draft/message/1',
      ]);
    }, WAIT);
  });

  it('has one live stream for all tabs of a browser', async () => {
    const ticketId = await create('In three tabs');
    await using tab = await bank.signIn(browser, 'ann');
    const { page } = tab;
    await page.goto('about:blank');
    let streams = 0;
    page.context().on('request', (request) => {
      if (request.method() === 'GET' && request.url().includes('support.tickets.watch')) streams += 1;
    });
    await page.goto(`${bank.url}/accounts`);
    const others = await Promise.all([page.context().newPage(), page.context().newPage()]);
    for (const other of others) await other.goto(`${bank.url}/cards`);
    const pages = [page, ...others];
    for (const one of pages) {
      await launcher(one).click();
      await one.getByRole('button', { name: 'In three tabs' }).click();
      await field(one).waitFor();
    }
    await dana.desk.messages.reply.mutate({ ticketId, message: 'For all of you' });
    for (const one of pages) await one.getByRole('listitem').filter({ hasText: 'For all of you' }).waitFor();
    expect(streams).toBe(1);
    // The one that has it goes: another one takes it over.
    await page.close();
    await dana.desk.messages.reply.mutate({ ticketId, message: 'And for the rest' });
    for (const one of others) await one.getByRole('listitem').filter({ hasText: 'And for the rest' }).waitFor();
    expect(streams).toBe(2);
  });

  it('speaks the language that the page says, or English', async () => {
    await using tab = await bank.signIn(browser, 'petra');
    const { page } = tab;
    await launcher(page).click();
    await page.getByText('Wie können wir helfen?').waitFor();
    expect(await page.getByRole('dialog', { name: 'Hilfe' }).locator('xpath=..').getAttribute('lang')).toBe('de');
    await run(page, `SupportWidget.init({ getToken: () => null, locale: 'fr-FR' })`);
    await page.getByRole('button', { name: 'Help' }).click();
    await page.getByText('You are not signed in').waitFor();
  });

  it('says that nobody is signed in, and goes on when somebody is', async () => {
    await create('Signed out');
    await using tab = await bank.signIn(browser, 'ann');
    const { page } = tab;
    await launcher(page).waitFor();
    await page.context().clearCookies();
    await run(
      page,
      `SupportWidget.init({ getToken: async () => {
      const answer = await fetch('/support-token', { method: 'POST' });
      return answer.ok ? (await answer.json()).token : undefined;
    } })`,
    );
    await launcher(page).click();
    await page.getByText('You are not signed in').waitFor();
    expect(await tab.faults()).toEqual([]);
    const other = await page.context().newPage();
    await signInTo({ page: other } as never, bank.url, 'ann');
    await other.close();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: /Signed out/ }).waitFor();
    expect(tab.complaints(REFUSED)).toEqual([]);
  });

  it('asks for another token before the old one expires, and begins anew for another user', async () => {
    await using short = await startBank({ engine: 'sqlite', tokenSeconds: 3 });
    const customer = createSupportClient({ url: short.server.url, token: customerToken('ann') });
    const ticketId = await create('Short tokens', customer);
    await using tab = await short.signIn(browser, 'ann');
    const { page } = tab;
    const asked: string[] = [];
    page.on('request', (request) => void (request.url().endsWith('/support-token') && asked.push(request.url())));
    await launcher(page).click();
    await page.getByRole('button', { name: 'Short tokens' }).click();
    await field(page).fill('First');
    await field(page).press('Control+Enter');
    // By then the first one has expired, and its stream is ended.
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(4), WAIT);
    const desk = createSupportClient({ url: short.server.url, token: agentToken('agent_dana') });
    await desk.desk.messages.reply.mutate({ ticketId, message: 'Live all the same' });
    await page.getByRole('listitem').filter({ hasText: 'Live all the same' }).waitFor();
    await field(page).fill('Not of Ben');

    // Somebody else signs in to the page in another tab.
    const other = await page.context().newPage();
    await other.goto(short.url);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await signInTo({ page: other } as never, short.url, 'ben');
    await other.close();
    await launcher(page).waitFor();
    await launcher(page).click();
    await page.getByText('How can we help?').waitFor();
    expect(await page.getByText(/Short tokens|Live all the same/).count()).toBe(0);
    expect(tab.complaints(REFUSED)).toEqual([]);
  });

  it('says when it was too much at once, and sends it by itself when it may', async () => {
    await using limited = await startBank({ engine: 'sqlite', env: { RATE_LIMIT_USER: '25' } });
    await using tab = await limited.signIn(browser, 'ann');
    const { page } = tab;
    await launcher(page).click();
    await newRequest(page).click();
    await page.getByRole('combobox').selectOption('Payment Issues');
    await page.getByRole('textbox', { name: 'Subject' }).fill('Too much');
    await page.getByRole('textbox', { name: 'What has happened?' }).fill('At once');
    const customer = createSupportClient({ url: limited.server.url, token: customerToken('ann') });
    for (let calls = 0; calls < 25; calls += 1) await customer.support.categories.list.query().catch(() => {});
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText(/That was a lot at once\. Please try again in \d+ s\. Not sent yet\./).waitFor();
    expect(tab.complaints(REFUSED)).toEqual([]);
  });

  it('says that the service is away, and comes when it is there', async () => {
    await create('Away');
    await using tab = await bank.signIn(browser, 'ann');
    const { page } = tab;
    await launcher(page).waitFor();
    await page.route('**/trpc/**', (route) => route.abort());
    await run(
      page,
      `SupportWidget.init({ getToken: async () => (await (await fetch('/support-token', { method: 'POST' })).json()).token })`,
    );
    await launcher(page).click();
    await page.getByText('We cannot be reached just now.').waitFor();
    expect(await tab.faults()).toEqual([]);
    await page.unroute('**/trpc/**');
    await page.getByRole('button', { name: /Away/ }).waitFor();
    expect(tab.complaints(REFUSED)).toEqual([]);
  });
});
