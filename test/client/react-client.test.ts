import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserWindow, type Response, Window } from 'happy-dom';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser, type Tab } from '../support/browser-tabs.js';
import { fillMessages, numbered } from '../support/fill-ticket.js';
import { installClient } from '../support/packed-client.js';
import {
  bundleForBrowser,
  COMPILERS,
  compile,
  compileWrong,
  copyExample,
  provide,
  temporaryFolder,
} from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const PAGE = 'http://127.0.0.1:8000';
/** What the registry would give; React's and TanStack's own dependencies with them. */
const PACKAGES = [
  ...['@tanstack/react-query', '@tanstack/query-core', '@trpc/client', '@trpc/server', '@trpc/tanstack-react-query'],
  ...['react', 'react-dom', 'scheduler', '@types/react', '@types/react-dom', 'csstype'],
];

const work = temporaryFolder();
const databaseUrl = `file:${join(work.path, 'support.db')}`;
let project: string;
let server: RunningServer;
let script: string;
beforeAll(async () => {
  project = copyExample('react-client', work.path);
  mkdirSync(join(project, 'node_modules'));
  // As copies: what a link leads to would be found beside the server's packages.
  provide(project, PACKAGES, 'copy');
  await installClient(project);
  server = await startServer({ env: { JWT_SECRET: TEST_SECRET, CORS_ORIGINS: PAGE, DATABASE_URL: databaseUrl } });
  ({ code: script } = await bundleForBrowser(project, 'src/main.tsx'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  work[Symbol.dispose]();
});

it.each(COMPILERS)('compiles with %s under strict', async (_name, compiler) => {
  const config = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'));
  expect(config.compilerOptions).toMatchObject({ strict: true, skipLibCheck: false });
  expect((await compile(project, compiler)).errors).toEqual([]);
});

// infiniteQueryOptions is there only where the input has a cursor: the queue's had none.
it('has infiniteQueryOptions of every list that has pages', async () => {
  const prelude = `import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
    import { QueryClient } from '@tanstack/react-query';
    import { type AppRouter, createSupportClient } from 'support-api/client';
    const client = createSupportClient({ url: '', token: '' });
    const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient: new QueryClient() });`;
  const older = `{ getNextPageParam: (page) => page.older }`;
  const next = `{ getNextPageParam: (page) => page.next }`;
  const numbers = `{ initialCursor: 1, getNextPageParam: (page, pages) => page.length && pages.length + 1 }`;
  const right = [
    `trpc.support.tickets.list.infiniteQueryOptions({ status: 'Open' }, ${numbers})`,
    `trpc.support.messages.list.infiniteQueryOptions({ ticketId: 't' }, ${older})`,
    `trpc.desk.tickets.list.infiniteQueryOptions({ sort: 'updated' }, ${next})`,
    `trpc.desk.search.tickets.infiniteQueryOptions({ q: 'card' }, ${next})`,
    `trpc.desk.events.list.infiniteQueryOptions({}, ${next})`,
    `trpc.desk.tickets.events.infiniteQueryOptions({ ticketId: 't' }, ${next})`,
    `trpc.desk.messages.list.infiniteQueryOptions({ ticketId: 't' }, ${older})`,
    `trpc.desk.notes.list.infiniteQueryOptions({ ticketId: 't' }, ${older})`,
    `trpc.desk.macros.list.infiniteQueryOptions({ limit: 5 }, ${numbers})`,
  ];
  const wrong: [code: string, error: RegExp][] = [
    [`trpc.support.tickets.get.infiniteQueryOptions({ ticketId: 't' })`, /possibly 'undefined'/],
    [`trpc.desk.tickets.list.infiniteQueryOptions({ sort: 'oldest' }, ${next})`, /"oldest"/],
    [`trpc.desk.tickets.list.infiniteQueryOptions({}, ${older})`, /'older'/],
  ];
  const code = [...right, ...wrong.map(([one]) => one)];
  const found = await compileWrong(project, COMPILERS[1][1], prelude, code);
  expect(found).toEqual(Object.fromEntries(wrong.map(([one, error]) => [one, expect.stringMatching(error)])));
});

/** The page in a browser that has `fetch` and checks what another origin allows it. */
function open(token: string, surroundings?: Surroundings): Page {
  const url = `${PAGE}/#${new URLSearchParams({ api: server.url, token })}`;
  const window = new Window({ url, settings: { enableJavaScriptEvaluation: true } });
  const html = readFileSync(join(project, 'public/index.html'), 'utf8');
  window.document.write(html.replace(/<script.*<\/script>/, ''));
  return new Page(window, script, surroundings);
}

describe('as a page', () => {
  it('has all tickets in pages, and a conversation that goes back to its first message', async () => {
    const token = customerToken('user_who_reads');
    const api = restClient(server.url, token);
    for (const number of numbered(25)) {
      await api.post('/support/tickets', { subject: `Ticket ${number}`, description: 'd', categoryId: 'category_001' });
    }
    const { body } = await api.get('/support/tickets?limit=1');
    await fillMessages(databaseUrl, body.data[0].ticketId, numbered(45));

    await using page = open(token);
    const newestFirst = numbered(25)
      .toReversed()
      .map((number) => `Ticket ${number} (Open)`);
    await page.shows(() => expect(page.texts('li')).toEqual(newestFirst.slice(0, 20)));
    page.press('More');
    await page.shows(() => expect(page.texts('li')).toEqual(newestFirst));
    expect(page.has('More')).toBe(false);

    page.press('Ticket 25 (Open)');
    await page.shows(() => expect(page.texts('li')).toEqual(numbered(45).slice(-20)));
    page.press('Older');
    await page.shows(() => expect(page.texts('li')).toEqual(numbered(45).slice(-40)));
    page.press('Older');
    await page.shows(() => expect(page.texts('li')).toEqual(numbered(45)));
    expect(page.has('Older')).toBe(false);
    page.press('Back');
    await page.shows(() => expect(page.texts('h1')).toEqual(['Your tickets']));
  });

  it('shows a message before the server has it, and stores it once though its answer gets lost', async () => {
    const token = customerToken('user_who_writes');
    const api = restClient(server.url, token);
    const ticket = { subject: 'A card', description: 'd', categoryId: 'category_001' };
    const { ticketId } = (await api.post('/support/tickets', ticket)).body.data;

    const keys: unknown[] = [];
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await using page = open(token, {
      through: async (send, { method, headers }) => {
        if (method !== 'POST') return send();
        keys.push((headers as Record<string, string>)['idempotency-key']);
        if (keys.length > 1) return send();
        await held;
        await send();
        throw new TypeError('The answer got lost');
      },
    });
    await page.shows(() => page.press('A card (Open)'));
    await page.shows(() => expect(page.has('Send')).toBe(true));
    page.write('Hello');
    await page.shows(() => expect(page.texts('li[aria-busy=true]')).toEqual(['Hello']));
    const messages = async () => (await api.get(`/support/tickets/${ticketId}/messages`)).body.data.messages;
    expect(await messages()).toEqual([]);

    letGo();
    await page.shows(() => expect(page.texts('li[aria-busy=false]')).toEqual(['Hello']));
    await page.shows(() => expect(page.field().value).toBe(''));
    expect(page.texts('li')).toEqual(['Hello']);
    expect(await messages()).toMatchObject([{ content: 'Hello' }]);
    expect(keys).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), keys[0]]);
  });

  it('uploads a file and tells how far it is, attaches it, and shows a link to it; a refusal is told of', async () => {
    const token = customerToken('user_who_attaches');
    const api = restClient(server.url, token);
    const ticket = { subject: 'A card', description: 'd', categoryId: 'category_001' };
    const { ticketId } = (await api.post('/support/tickets', ticket)).body.data;

    await using page = open(token);
    await page.shows(() => page.press('A card (Open)'));
    await page.shows(() => expect(page.has('Send')).toBe(true));
    page.choose('a.png', 'This is text');
    await page.shows(() =>
      expect(page.texts('[role=alert]')).toEqual(['The name ends in .png, but the file is text/plain']),
    );
    page.choose('error.txt', 'It says E-42');
    expect(page.texts('progress').length + page.texts('button').filter((text) => text === 'Cancel').length).toBe(2);
    await page.shows(() => expect(page.texts('form span')).toEqual([' error.txt']));
    expect(page.texts('progress')).toEqual([]);
    page.write('See the file');
    await page.shows(() => expect(page.texts('li a')).toEqual(['error.txt']));
    await page.shows(() => expect(page.texts('form span')).toEqual([]));
    expect(await (await fetch(page.link('error.txt'))).text()).toBe('It says E-42');
    const { body } = await api.get(`/support/tickets/${ticketId}/files`);
    expect(body.data.files).toMatchObject([{ name: 'error.txt', size: 12 }]);
  });

  it('takes a message back that the server refuses, and says why', async () => {
    const token = customerToken('user_who_is_late');
    const api = restClient(server.url, token);
    const ticket = { subject: 'A card', description: 'd', categoryId: 'category_001' };
    const { ticketId } = (await api.post('/support/tickets', ticket)).body.data;

    await using page = open(token);
    await page.shows(() => page.press('A card (Open)'));
    await page.shows(() => expect(page.has('Send')).toBe(true));
    await api.post(`/support/tickets/${ticketId}/close`, {});
    page.write('One more thing');
    await page.shows(() => expect(page.texts('[role=alert]')).toEqual(['Invalid message']));
    expect(page.texts('li')).toEqual([]);
    expect(page.field().value).toBe('One more thing');
  });
});

describe('live updates', () => {
  it('show what others do, without being asked', async () => {
    const token = customerToken('user_who_waits');
    const ticket = { subject: 'A card', description: 'd', categoryId: 'category_001' };
    const { ticketId } = (await restClient(server.url, token).post('/support/tickets', ticket)).body.data;
    await using page = open(token);
    await page.shows(() => page.press('A card (Open)'));
    await page.shows(() => expect(page.has('Send')).toBe(true));
    await restClient(server.url, agentToken()).post(`/desk/tickets/${ticketId}/replies`, { message: 'A new card' });
    await page.shows(() => expect(page.texts('li')).toEqual(['A new card']));
  });

  it('come by one stream for all tabs of a browser, also after the tab that had it is closed', async () => {
    const token = customerToken('user_with_tabs');
    const create = (subject: string) =>
      restClient(server.url, token).post('/support/tickets', { subject, description: 'd', categoryId: 'category_001' });
    const browser = new Browser();
    const streams: string[] = [];
    const openTab = (name: string) => open(token, { tab: browser.openTab(), onStream: () => streams.push(name) });
    const first = openTab('first');
    await first.shows(() => expect(streams).toEqual(['first']));
    await using second = openTab('second');
    await using third = openTab('third');
    for (const tab of [first, second, third]) await tab.shows(() => expect(tab.texts('h1')).toEqual(['Your tickets']));
    await create('One');
    for (const tab of [first, second, third]) await tab.shows(() => expect(tab.texts('li')).toEqual(['One (Open)']));
    expect(streams).toEqual(['first']);

    await first[Symbol.asyncDispose]();
    // What happens before the next one has it is not missed.
    await create('Two');
    for (const tab of [second, third]) {
      await tab.shows(() => expect(tab.texts('li')).toEqual(['Two (Open)', 'One (Open)']));
    }
    expect(streams).toEqual(['first', 'second']);
  });
});

/** What happens to a request of the page on its way. */
type Through = (send: () => Promise<Response>, init: NonNullable<Parameters<Window['fetch']>[1]>) => Promise<Response>;

interface Surroundings {
  through?: Through;
  /** Of a browser with others; by default one that shares nothing. */
  tab?: Tab;
  /** Told when the page opens a live stream. */
  onStream?(): void;
}

/** What a person sees of the page and does with it. */
class Page implements AsyncDisposable {
  readonly #window: Window;
  readonly #tab: Tab | undefined;

  constructor(
    window: Window,
    script: string,
    { through = (send) => send(), tab, onStream = () => {} }: Surroundings = {},
  ) {
    this.#window = window;
    this.#tab = tab;
    if (tab !== undefined) {
      Object.defineProperty(window.navigator, 'locks', { value: tab.locks });
      Object.assign(window, { BroadcastChannel: tab.BroadcastChannel });
    }
    const { fetch } = window;
    // The page takes it when it starts.
    window.fetch = (url, init) => {
      if (String(url).includes('.watch')) onStream();
      return through(() => fetch.call(window, url, init), init ?? {});
    };
    (window as unknown as BrowserWindow).eval(script);
  }

  /** Looks until it is so. */
  shows(look: () => void): Promise<void> {
    return vi.waitFor(look, { timeout: 20_000, interval: 20 });
  }

  texts(selector: string): string[] {
    return [...this.#window.document.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '');
  }

  has(button: string): boolean {
    return this.#button(button) !== undefined;
  }

  press(button: string): void {
    const found = this.#button(button);
    if (found === undefined) throw new Error(`No button ${button} in ${this.#window.document.body.innerHTML}`);
    found.click();
  }

  /** As a person does in the window that a field for files opens. */
  choose(name: string, content: string): void {
    const { document, File, Event } = this.#window;
    const input = document.querySelector('input[type=file]');
    if (input === null) throw new Error('There is no field for files');
    Object.defineProperty(input, 'files', { value: [new File([content], name)], configurable: true });
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  link(text: string): string {
    const found = [...this.#window.document.querySelectorAll('a')].find(({ textContent }) => textContent === text);
    return found?.href ?? '';
  }

  write(message: string): void {
    this.field().value = message;
    this.press('Send');
  }

  field() {
    const field = this.#window.document.querySelector('textarea');
    if (field === null) throw new Error('There is no field');
    return field;
  }

  #button(text: string) {
    return [...this.#window.document.querySelectorAll('button')].find(({ textContent }) => textContent === text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#window.happyDOM.close();
    this.#tab?.close();
  }
}
