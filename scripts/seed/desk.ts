import type { Principal, Role } from '../../src/auth/principal.js';
import type { Database } from '../../src/db/database.js';
import { autoClose } from '../../src/jobs/auto-close.js';
import type { Context } from '../../src/procedure/context.js';
import { appRouter } from '../../src/router.js';
import type { Clock } from '../../src/schema/clock.js';
import { CONVERSATIONS, type Conversation, MACROS } from './conversations.js';
import { FAMILY_FIRST, NAMES, TEAM } from './names.js';
import { Randomness } from './randomness.js';
import { Timeline } from './timeline.js';

const TICKETS = 300;
const DAYS = 30;
const CUSTOMERS_OF_A_LANGUAGE = 12;
/** The README's customer: whoever tries it as them finds tickets. */
const KNOWN_CUSTOMER = 'user_123';
const ADMIN = 'admin_rosa';
const AGENTS = ['agent_dana', 'agent_jonas', 'agent_mei', 'agent_luca', 'agent_amira'] as const;
/** How often each of them answers. */
const AGENT_WEIGHTS = [5, 4, 4, 2, 1];
/** Agents work from 7 to 18, UTC, on weekdays. */
const SHIFT = { from: 7, to: 18 };
const AUTO_CLOSE_DAYS = 7;
/** By score, from 1 on. */
const SCORE_WEIGHTS = [1, 1, 3, 8, 14];
const COMPLAINTS = ['It took too long.', 'I had to explain it twice.', 'Not really solved.'];

const TARGETS = [
  { priority: 'Low', firstResponseMinutes: 2880, resolutionMinutes: 10_080 },
  { priority: 'Medium', firstResponseMinutes: 1440, resolutionMinutes: 5760 },
  { priority: 'High', firstResponseMinutes: 480, resolutionMinutes: 2880 },
  { priority: 'Critical', firstResponseMinutes: 60, resolutionMinutes: 1440 },
];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Seed {
  db: Database;
  /** When the last thing that happened may have been. */
  until: Date;
  /** Told after each ticket that was opened. */
  onProgress(tickets: number, of: number): void;
}

/** What a user may call, as both surfaces have it. */
export function callsOf({ db, clock }: { db: Database; clock: Clock }, principal: Principal) {
  const nothing = () => {};
  const context: Context = {
    principal,
    db,
    clock,
    outbound: { faultOf: () => undefined, home: () => Promise.reject(new Error('Nothing is sent')) },
    secrets: { seal: (text) => text, open: (text) => text },
    log: { info: nothing, warn: nothing, error: nothing },
    requestId: 'seed',
    deadline: { expired: false, leftMs: Number.POSITIVE_INFINITY, commits: 0 },
    upload: null,
    fileQuota: { unattached: 0, bytesPerDay: 0 },
    linkTo: () => Promise.reject(new Error('No files are made')),
    failureBytes: Number.POSITIVE_INFINITY,
    enter: () => nothing,
    enterLarge: async () => {},
    enterStream: () => () => {},
    feed: { followAll: () => noFeed(), followUser: () => noFeed() },
    presence: { watch: () => ({ take: () => [], close: nothing }) },
    idempotencyKey: () => undefined,
    onReplay: nothing,
    onPage: nothing,
    onPart: nothing,
    onCall: nothing,
  };
  return appRouter.createCaller(context);
}

/**
 * Fills an empty database with a month of a support desk: customers, agents and an admin call the same procedures as over
 * HTTP, at the times that they would have, so that counts, history, service levels and figures are true.
 */
export async function seedDesk({ db, until, onProgress }: Seed): Promise<void> {
  const start = new Date(until.getTime() - DAYS * DAY_MS);
  const timeline = new Timeline(start, until);
  const random = new Randomness(20_240_122);
  const as = (userId: string, role: Role) => callsOf({ db, clock: timeline }, { userId, role });

  const { desk } = as(ADMIN, 'admin');
  for (const target of TARGETS) await desk.sla.setTarget(target);
  const customers = [...new Set(CONVERSATIONS.map(({ language }) => language))].flatMap((language) =>
    customersOf(language),
  );
  for (const profiles of [TEAM, customers.slice(0, 100), customers.slice(100)]) {
    if (profiles.length > 0) await desk.profiles.import({ profiles });
  }
  const macros = new Map<string, string>();
  for (const [name, text] of Object.entries(MACROS)) {
    macros.set(name, (await desk.macros.create({ name, text })).macroId);
  }

  const closing = autoClose({ db, clock: timeline, days: AUTO_CLOSE_DAYS });
  for (let day = 1; day <= DAYS; day++) {
    timeline.plan(
      new Date(start.getTime() + day * DAY_MS),
      async () => void (await closing.run(new AbortController().signal)),
    );
  }
  let opened = 0;
  for (let n = 0; n < TICKETS; n++) {
    timeline.plan(openingTime(start, random), async () => {
      await new SeededTicket({ timeline, random, as, macros }).open();
      opened += 1;
      onProgress(opened, TICKETS);
    });
  }
  await timeline.run();
}

/** Customers write on every day, and more of them by day. */
function openingTime(start: Date, random: Randomness): Date {
  const day = random.whole(0, DAYS - 1);
  const hour = random.chance(0.85) ? random.whole(7, 21) : random.whole(0, 23);
  return new Date(
    start.getTime() + day * DAY_MS + ((hour - start.getUTCHours() + 24) % 24) * HOUR_MS + random.whole(0, HOUR_MS),
  );
}

interface Parts {
  timeline: Timeline;
  random: Randomness;
  as(userId: string, role: Role): ReturnType<typeof callsOf>;
  /** Ids by name. */
  macros: ReadonlyMap<string, string>;
}

/** One ticket, from its opening on: each step plans the next one. */
class SeededTicket {
  readonly #parts: Parts;
  readonly #conversation: Conversation;
  readonly #customer: string;
  readonly #agent: string;
  readonly #values: Readonly<Record<string, string>>;
  #ticketId = '';
  #isRated = false;

  constructor(parts: Parts) {
    const { random } = parts;
    this.#parts = parts;
    this.#conversation = random.one(CONVERSATIONS);
    this.#customer = customerWhoSpeaks(this.#conversation.language, random);
    this.#agent = random.one(AGENTS, AGENT_WEIGHTS);
    this.#values = {
      order: String(random.whole(10_000, 99_999)),
      amount: `€${random.whole(12, 940)}.${random.whole(10, 99)}`,
    };
  }

  async open(): Promise<void> {
    const { random } = this.#parts;
    const { categoryId, priority, subject, description } = this.#conversation;
    const ticket = await this.#asCustomer().support.tickets.create({
      subject: this.#filled(subject),
      description: this.#filled(description),
      categoryId,
      priority,
    });
    this.#ticketId = ticket.ticketId;
    // Some are left lying.
    if (random.chance(0.04)) return;
    this.#atWork(priority === 'Critical' ? random.whole(5, 50) : random.whole(10, 420), () => this.#answer());
  }

  async #answer(): Promise<void> {
    const { random } = this.#parts;
    const { answer, tags, note } = this.#conversation;
    const { desk } = this.#asAgent();
    const ticketId = this.#ticketId;
    if (random.chance(0.9)) await desk.tickets.take({ ticketId });
    await desk.tags.change({ ticketId, add: [...tags], remove: [] });
    await desk.messages.reply({ ticketId, message: await this.#textOf(answer) });
    if (note !== undefined)
      this.#atWork(
        random.whole(5, 90),
        async () => void (await this.#asAgent().desk.notes.add({ ticketId, content: this.#filled(note) })),
      );
    // Some never come back.
    if (random.chance(0.1))
      this.#atWork(random.whole(3 * 1440, 5 * 1440), () => this.#resolve('No answer from the customer'));
    else this.#later(random.whole(20, 1500), () => this.#followUp());
  }

  async #followUp(): Promise<void> {
    const { random } = this.#parts;
    const { followUp } = this.#conversation;
    // What was reopened and resolved again may have been closed since the first time: that is its end.
    if ((await this.#status()) === 'Closed') return;
    await this.#asCustomer().support.messages.add({ ticketId: this.#ticketId, message: this.#filled(followUp) });
    if (random.chance(0.05)) return;
    this.#atWork(random.whole(15, 900), () => this.#solve());
  }

  async #solve(): Promise<void> {
    const { random } = this.#parts;
    const { solution, resolution } = this.#conversation;
    await this.#asAgent().desk.messages.reply({ ticketId: this.#ticketId, message: this.#filled(solution) });
    this.#atWork(random.whole(0, 30), () => this.#resolve(resolution));
  }

  async #resolve(resolution: string): Promise<void> {
    const { random } = this.#parts;
    await this.#asAgent().desk.tickets.resolve({ ticketId: this.#ticketId, resolution });
    if (random.chance(0.07)) this.#later(random.whole(60, 2000), () => this.#followUp());
    else if (random.chance(0.45)) this.#later(random.whole(10, 3000), () => this.#rate());
    if (random.chance(0.3)) this.#later(random.whole(3001, 5000), () => this.#close());
  }

  async #rate(): Promise<void> {
    const { random } = this.#parts;
    // It may have been reopened meanwhile, and solved and rated again.
    if (this.#isRated || !['Resolved', 'Closed'].includes(await this.#status())) return;
    this.#isRated = true;
    const score = random.one([1, 2, 3, 4, 5], SCORE_WEIGHTS);
    const comment = score > 3 ? this.#conversation.praise : random.one(COMPLAINTS);
    const { support } = this.#asCustomer();
    await support.tickets.rate({ ticketId: this.#ticketId, score, ...(random.chance(0.6) && { comment }) });
  }

  async #close(): Promise<void> {
    if ((await this.#status()) === 'Resolved')
      await this.#asCustomer().support.tickets.close({ ticketId: this.#ticketId });
  }

  async #status() {
    return (await this.#asCustomer().support.tickets.get({ ticketId: this.#ticketId })).status;
  }

  async #textOf(answer: Conversation['answer']): Promise<string> {
    if (typeof answer === 'string') return this.#filled(answer);
    const macroId = this.#parts.macros.get(answer.macro) ?? '';
    return (await this.#asAgent().desk.macros.render({ macroId, ticketId: this.#ticketId })).text;
  }

  #filled(text: string): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => this.#values[name] ?? whole);
  }

  #asCustomer() {
    return this.#parts.as(this.#customer, 'customer');
  }

  #asAgent() {
    return this.#parts.as(this.#agent, 'agent');
  }

  #later(minutes: number, run: () => Promise<void>): void {
    const { timeline } = this.#parts;
    timeline.plan(new Date(timeline.now().getTime() + minutes * MINUTE_MS), run);
  }

  /** After so many minutes, or when somebody of the desk is there. */
  #atWork(minutes: number, run: () => Promise<void>): void {
    const { timeline } = this.#parts;
    timeline.plan(nextWorkingTime(new Date(timeline.now().getTime() + minutes * MINUTE_MS)), run);
  }
}

function nextWorkingTime(time: Date): Date {
  const at = new Date(time);
  if (at.getUTCHours() >= SHIFT.to) at.setUTCDate(at.getUTCDate() + 1);
  if (at.getUTCHours() >= SHIFT.to || at.getUTCHours() < SHIFT.from) at.setUTCHours(SHIFT.from);
  while (at.getUTCDay() === 0 || at.getUTCDay() === 6) at.setUTCDate(at.getUTCDate() + 1);
  return at;
}

/** The customers of a language, with names as they are there. */
function customersOf(language: string) {
  const { given, family } = NAMES[language] ?? NAMES.en;
  return Array.from({ length: CUSTOMERS_OF_A_LANGUAGE }, (_, index) => {
    const first = given[index % given.length];
    const last = family[(index * 5) % family.length];
    const name = FAMILY_FIRST.has(language) ? `${last}${first}` : `${first} ${last}`;
    return { userId: customerId(language, index + 1), name, role: 'customer' as const };
  });
}

function customerId(language: string, number: number): string {
  return language === 'en' && number === 1 ? KNOWN_CUSTOMER : `user_${language}_${number}`;
}

function customerWhoSpeaks(language: string, random: Randomness): string {
  return customerId(language, random.whole(1, CUSTOMERS_OF_A_LANGUAGE));
}

/** Nobody watches a seeder. */
function noFeed(): never {
  throw new TypeError('There is no live feed here');
}
