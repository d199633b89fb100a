import { request as forward } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { startLoopbackServer } from '../support/loopback-server.js';
import { CLIENT_ID, type SignInProvider, startSignInProvider } from '../support/sign-in-provider.js';
import { type RunningServer, startServer } from '../support/start-server.js';

const SOON = { timeout: 30_000, interval: 50 };
/** What Chromium says of a request that was refused for an expired token. */
const EXPIRED = /Failed to load resource.*401/;

async function logIn(page: Page, name: string, consent: 'Allow' | 'Refuse' = 'Allow'): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: consent }).click();
}

// The engine of the database has no part in it.
describe.runIf(hasChromium)('signing in to the console at the issuer', () => {
  let browser: Browser;
  let provider: SignInProvider;
  let server: RunningServer;
  let ticketId: string;
  beforeAll(async () => {
    browser = await launch();
    provider = await startSignInProvider();
    server = await startServer({ env: provider.env });
    provider.register(`${server.url}/console/`);
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/`);
    await logIn(page, 'agent_dana');
    await page.getByText('Choose a ticket').waitFor();
    const token = await accessToken(page);
    const { desk } = createSupportClient({ url: server.url, token });
    const ticket = { subject: 'Card declined', description: 'Why?', categoryId: 'category_001', requester: 'ann' };
    ticketId = (await desk.tickets.create.mutate(ticket)).ticketId;
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  const accessToken = async (page: Page): Promise<string> =>
    JSON.parse(String(await page.evaluate("sessionStorage.getItem('support-console.tokens')"))).access_token;
  const openTicket = async (page: Page, name: string) => {
    await page.goto(`${server.url}/console/tickets/${ticketId}?status=Open`);
    await logIn(page, name);
    await page.getByRole('heading', { name: 'Card declined' }).waitFor();
  };

  it('leads to the issuer and back to the place that was asked for, without a trace in the address', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await openTicket(page, 'agent_dana');
    expect(page.url()).toBe(`${server.url}/console/tickets/${ticketId}?status=Open`);
    await page.getByRole('button', { name: 'agent_dana: menu' }).waitFor();
    expect(await page.context().cookies(server.url)).not.toContainEqual(expect.objectContaining({ path: '/console' }));
    const asked = provider.requests.length;
    await page.reload();
    await page.getByRole('heading', { name: 'Card declined' }).waitFor();
    expect(provider.requests.slice(asked)).toEqual([]);
  });

  it('renews tokens before they expire, and nobody sees it', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    provider.tokenSeconds = 6;
    await openTicket(page, 'agent_dana');
    const field = page.getByRole('textbox', { name: 'Reply to customer' });
    await field.fill('Half a sentence');
    const first = await accessToken(page);
    const seen = new Set([first]);
    // Twice, so that a renewed one is renewed as well.
    await vi.waitFor(async () => expect(seen.add(await accessToken(page)).size).toBe(3), SOON);
    provider.tokenSeconds = 3600;
    const old = createSupportClient({ url: server.url, token: first });
    await expect(old.desk.tickets.get.query({ ticketId })).rejects.toThrow('Unauthorized');
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await field.inputValue()).toBe('Half a sentence');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('renews an expired token before the next request, and goes on', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await openTicket(page, 'agent_dana');
    // As after a night's sleep of the computer.
    await page.evaluate(`sessionStorage.setItem('support-console.tokens', JSON.stringify({
      ...JSON.parse(sessionStorage.getItem('support-console.tokens')), access_token: 'old', expiresAt: 1 }))`);
    await page.reload();
    await page.getByRole('heading', { name: 'Card declined' }).waitFor();
    expect(await accessToken(page)).not.toBe('old');
  });

  it('signs out here, at the issuer, and in the other tabs', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await openTicket(page, 'agent_dana');
    const other = await page.context().newPage();
    await other.goto(`${server.url}/console/tickets/${ticketId}`);
    // The issuer knows them: nobody types anything.
    await other.getByRole('heading', { name: 'Card declined' }).waitFor();
    await page.getByRole('button', { name: 'agent_dana: menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are signed out.').waitFor();
    expect(await tab.faults()).toEqual([]);
    expect(provider.requests).toContain('/token/revocation');
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Name').waitFor();
  });

  it('says that the sign-in was refused, and tries again when asked to', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/tickets/${ticketId}`);
    await logIn(page, 'agent_dana', 'Refuse');
    await page.getByText('The sign-in was refused or cancelled').waitFor();
    expect(await tab.faults()).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Card declined' }).waitFor();
  });

  it.each([
    ['of nobody', `?code=stolen&state=${'0'.repeat(32)}`],
    ['without a state', '?code=stolen'],
  ])('takes no answer %s', async (_what, query) => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/callback${query}`);
    await page.getByText('This sign-in was begun elsewhere').waitFor();
    expect(page.url()).not.toContain('stolen');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('takes no token by a link: nobody is signed in as somebody else', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/#token=a.b.c`);
    await page.getByLabel('Name').waitFor();
    expect(page.url()).toContain(provider.url);
  });

  it('tells a customer that there is no place for them', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/`);
    await logIn(page, 'ann');
    await page.getByText('ann is a customer here').waitFor();
    await page.getByText('ask your administrator for the role').waitFor();
    expect(await tab.faults()).toEqual([]);
  });

  it('signs a duplicated tab in anew, so that each has tokens of its own', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await openTicket(page, 'agent_dana');
    const [duplicate] = await Promise.all([
      page.context().waitForEvent('page'),
      page.evaluate(`void window.open(location.href)`),
    ]);
    await duplicate.getByRole('heading', { name: 'Card declined' }).waitFor();
    expect(await accessToken(duplicate)).not.toBe(await accessToken(page));
  });
});

describe.runIf(hasChromium)('where the issuer gives no refresh tokens', () => {
  it('asks to sign in again in a window of its own, over a page on which nothing is lost', async () => {
    await using provider = await startSignInProvider({ refresh: false });
    await using server = await startServer({ env: provider.env });
    provider.register(`${server.url}/console/`);
    const browser = await launch();
    await using _ = { [Symbol.asyncDispose]: () => browser.close() };
    await using tab = await Tab.open(browser);
    const { page } = tab;
    // Long enough to write half a sentence first on a busy machine.
    provider.tokenSeconds = 25;
    await page.goto(`${server.url}/console/`);
    await logIn(page, 'agent_dana');
    // The list is read, or what comes would be in it.
    await page.getByText('No tickets here').waitFor();
    const token = JSON.parse(
      String(await page.evaluate("sessionStorage.getItem('support-console.tokens')")),
    ).access_token;
    const { desk } = createSupportClient({ url: server.url, token });
    const ticket = { subject: 'Half written', description: 'Why?', categoryId: 'category_001', requester: 'ann' };
    await desk.tickets.create.mutate(ticket);
    await page.getByRole('button', { name: '1 new' }).click();
    await page.getByRole('link', { name: /Half written/ }).click();
    const field = page.getByRole('textbox', { name: 'Reply to customer' });
    await field.fill('Half a sentence');
    await page.getByRole('dialog', { name: 'Your sign-in has expired' }).waitFor({ timeout: 40_000 });
    expect(await tab.faults()).toEqual([]);
    provider.tokenSeconds = 3600;
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click(),
    ]);
    await popup.waitForEvent('close');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await field.inputValue()).toBe('Half a sentence');
    await field.press('Control+Enter');
    await page.getByRole('article').filter({ hasText: 'Half a sentence' }).waitFor();
    expect(tab.complaints(EXPIRED)).toEqual([]);
  });
});

describe.runIf(hasChromium)('where a sign-in can not be renewed as usual', () => {
  let browser: Browser;
  let provider: SignInProvider;
  let server: RunningServer;
  beforeAll(async () => {
    browser = await launch();
    provider = await startSignInProvider({ refresh: false });
    server = await startServer({ env: provider.env });
    provider.register(`${server.url}/console/`);
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  /** A ticket with a draft, and over it the dialog of a sign-in that has expired. */
  const expire = async (page: Page) => {
    provider.tokenSeconds = 3600;
    await page.goto(`${server.url}/console/`);
    await logIn(page, 'agent_dana');
    await page.getByText('Choose a ticket').waitFor();
    const token = JSON.parse(
      String(await page.evaluate("sessionStorage.getItem('support-console.tokens')")),
    ).access_token;
    const { desk } = createSupportClient({ url: server.url, token });
    const ticket = { subject: 'Half written', description: 'Why?', categoryId: 'category_001', requester: 'ann' };
    const { ticketId } = await desk.tickets.create.mutate(ticket);
    await page.goto(`${server.url}/console/tickets/${ticketId}?status=Open`);
    // Behind a dialog it has no role.
    const field = page.locator('textarea');
    await field.fill('Half a sentence');
    // As the service refuses a token that has expired.
    await page.route('**/trpc/*desk.tickets.get*', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer no.longer.good' } }),
    );
    await desk.notes.add.mutate({ ticketId, content: 'Read me' });
    const dialog = page.getByRole('dialog', { name: 'Your sign-in has expired' });
    await dialog.waitFor();
    await page.unrouteAll();
    return { ticketId, field, dialog };
  };

  it('leaves for the issuer and comes back where the browser opens no window, and the draft is there', async () => {
    const tab = await Tab.open(browser);
    await using _ = tab;
    const { page } = tab;
    // What a browser that blocks windows gives.
    await page.addInitScript('window.open = () => null');
    const { ticketId, field, dialog } = await expire(page);
    const asked = provider.requests.length;
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await vi.waitFor(() => expect(provider.requests.length).toBeGreaterThan(asked), SOON);
    // The issuer still knows who it is.
    await page.getByRole('heading', { name: 'Half written' }).waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${server.url}/console/tickets/${ticketId}?status=Open`);
    await vi.waitFor(async () => expect(await field.inputValue()).toBe('Half a sentence'), SOON);
    await field.press('Control+Enter');
    await page.getByRole('article').filter({ hasText: 'Half a sentence' }).waitFor();
    expect(tab.complaints(EXPIRED)).toEqual([]);
  });

  it.each([
    ['a window', ''],
    ['no window', 'window.open = () => null'],
  ])(
    'says in the dialog that the issuer does not answer, with %s, and what is on the page stays',
    async (_w, script) => {
      const tab = await Tab.open(browser);
      await using _ = tab;
      const { page } = tab;
      if (script) await page.addInitScript(script);
      const { field, dialog } = await expire(page);
      await page.context().route(`${provider.url}/**`, (route) => route.abort('connectionrefused'));
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await dialog.getByText('cannot be reached').waitFor();
      expect(await tab.faults()).toEqual([]);
      expect(await field.inputValue()).toBe('Half a sentence');
      expect(page.context().pages()).toEqual([page]);

      await page.context().unrouteAll();
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('heading', { name: 'Half written' }).waitFor();
      await vi.waitFor(async () => expect(await field.inputValue()).toBe('Half a sentence'), SOON);
      expect(tab.complaints(/Failed to load resource.*(401|ERR_CONNECTION_REFUSED)/)).toEqual([]);
    },
  );

  it('says on the page to sign in that the issuer does not answer, and goes on once it does', async () => {
    const tab = await Tab.open(browser);
    await using _ = tab;
    const { page } = tab;
    await page.context().route(`${provider.url}/**`, (route) => route.abort('connectionrefused'));
    await page.goto(`${server.url}/console/?status=Resolved`);
    await page.getByText('cannot be reached').waitFor();
    expect(page.url()).toBe(`${server.url}/console/?status=Resolved`);
    expect(await tab.faults()).toEqual([]);
    await page.context().unrouteAll();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await logIn(page, 'agent_dana');
    await page.getByText('No tickets here').waitFor();
    expect(page.url()).toBe(`${server.url}/console/?status=Resolved`);
    expect(tab.complaints(/Failed to load resource.*ERR_CONNECTION_REFUSED/)).toEqual([]);
  });
});

describe.runIf(hasChromium)('where the ID token is the one for the service', () => {
  it('sends that, and renews it', async () => {
    await using provider = await startSignInProvider();
    const env = {
      ...provider.env,
      CONSOLE_OIDC_TOKEN: 'id_token',
      JWT_AUDIENCE: CLIENT_ID,
      CONSOLE_OIDC_SCOPE: 'openid',
    };
    await using server = await startServer({ env });
    provider.register(`${server.url}/console/`);
    const browser = await launch();
    await using _ = { [Symbol.asyncDispose]: () => browser.close() };
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/`);
    await logIn(page, 'agent_dana');
    await page.getByText('Choose a ticket').waitFor();
    await page.evaluate(`sessionStorage.setItem('support-console.tokens', JSON.stringify({
      ...JSON.parse(sessionStorage.getItem('support-console.tokens')), expiresAt: 1 }))`);
    await page.reload();
    await page.getByText('Choose a ticket').waitFor();
    expect(provider.requests.filter((path) => path === '/token')).toHaveLength(2);
  });
});

describe.runIf(hasChromium)('below a path', () => {
  it('signs in and out by the addresses that a browser sees', async () => {
    await using provider = await startSignInProvider();
    await using server = await startServer({ env: { ...provider.env, PUBLIC_PATH: '/help' } });
    const { port } = new URL(server.url);
    await using proxy = await startLoopbackServer((incoming, answer) => {
      const { method, headers, url = '' } = incoming;
      const options = { host: '127.0.0.1', port, method, headers, path: url.replace(/^\/help(?=\/)/, '') };
      incoming.pipe(
        forward(options, (answered) => {
          answer.writeHead(answered.statusCode ?? 502, answered.headers);
          answered.pipe(answer);
        }),
      );
    });
    provider.register(`${proxy.url}/help/console/`);
    const browser = await launch();
    await using _ = { [Symbol.asyncDispose]: () => browser.close() };
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${proxy.url}/help/console/?status=Resolved`);
    await logIn(page, 'agent_dana');
    await page.getByText('No tickets here').waitFor();
    expect(page.url()).toBe(`${proxy.url}/help/console/?status=Resolved`);
    await page.getByRole('button', { name: 'agent_dana: menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are signed out.').waitFor();
    expect(page.url()).toBe(`${proxy.url}/help/console/signed-out`);
  });
});
