import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { DESKS } from '../../support/desk-surfaces.js';
import { randomness } from '../../support/randomness.js';
import { openRest } from '../../support/surfaces.js';
import { dataOf, openTicket, pathsOf } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const customer = () => openRest(server.url, customerToken('user_a'));

interface Piece {
  text: string;
  match: boolean;
}
interface Hit {
  ticket: { ticketId: string };
  in: string;
  sourceId: string;
  subject: Piece[];
  excerpt: Piece[];
}

const textOf = (pieces: Piece[]) => pieces.map(({ text }) => text).join('');
const marked = (pieces: Piece[]) => pieces.filter(({ match }) => match).map(({ text }) => text);

/** Tickets by a name, each found by different words. */
const TICKETS: Record<string, { subject: string; description: string; messages?: string[] }> = {
  payment: {
    subject: 'Unable to make payment',
    description: 'The card 4321-9876 was refused, error E42.',
    messages: ['It says: insufficient funds', 'Ich habe es mit IBAN DE89 3704 versucht'],
  },
  café: { subject: 'Crème brûlée at the CAFÉ', description: 'naïve façade, Ångström, O\u0308l (decomposed)' },
  greek: { subject: 'ΟΔΟΣ Αθηνών', description: 'Привет, Ёлка! 支付 失败 한국어' },
  markup: { subject: '<b>Bold</b> & "quoted"', description: "<script>alert('xss')</script> user@example.com" },
  scripts: {
    subject: 'การชำระเงินล้มเหลว',
    description: 'भुगतान विफल, مُحَمَّد, דָּבָר, Zażółć gęślą jaźń, Straße, Ｆｕｌｌ１２３, ｶﾞﾗｽ, တောင်, 👍🏽 1️⃣ ٣٤٥',
    messages: [
      'अब भी वही, ก',
      'C:\\Users\\ann\\report.pdf and https://shop.example/orders/ORD-2024-00017?ref=mail by ann.lee+shop@mail.example',
    ],
  },
  decomposed: { subject: 'Ça marche à Đà Nẵng'.normalize('NFD'), description: '한국말 가'.normalize('NFD') },
  order: { subject: 'Funds insufficient', description: 'alpha beta gamma', messages: ['beta alpha'] },
  long: {
    subject: 'Long one',
    description: `${'filler words here '.repeat(200)}needle ${'more text after '.repeat(200)}`,
  },
};

/** What is typed, and which of them it finds. As docs/desk.md says. */
const RULES: [q: string, found: string[]][] = [
  ['payment', ['payment']],
  ['PAYMENT', ['payment']],
  ['pay', []],
  ['pay*', ['payment']],
  ['paym* unab*', ['payment']],
  ['p*', []],
  ['*', []],
  ['payment unable', ['payment']],
  ['payment error', ['payment']],
  // Words must be in one text.
  ['payment insufficient', []],
  ['insufficient funds', ['payment', 'order']],
  ['"insufficient funds"', ['payment']],
  ['"funds insufficient"', ['order']],
  ['"insufficient fun*"', ['payment']],
  ['"alpha beta"', ['order']],
  ['"beta alpha"', ['order']],
  ['"beta gamma" alpha', ['order']],
  ['"gamma alpha"', []],
  // A phrase doesn't go on from the subject into the description.
  ['"payment the"', []],
  ['payment the', ['payment']],
  ['4321-9876', ['payment']],
  ['4321', ['payment']],
  ['43*', ['payment']],
  ['e42', ['payment']],
  ['user@example.com', ['markup']],
  ['example', ['markup', 'scripts']],
  ['script alert', ['markup']],
  ['<script>', ['markup']],
  ['cafe', ['café']],
  ['café', ['café']],
  ['cafe\u0301', ['café']],
  ['creme BRULEE', ['café']],
  ['naive facade', ['café']],
  ['angstrom', ['café']],
  ['ol', ['café']],
  ['öl', ['café']],
  ['οδος', ['greek']],
  ['ΟΔΟΣ', ['greek']],
  ['αθηνών', ['greek']],
  ['αθηνων', ['greek']],
  ['привет', ['greek']],
  ['ПРИВЕТ ёлка', ['greek']],
  ['支付', ['greek']],
  ['한국어', ['greek']],
  ['한국*', ['greek', 'decomposed']],
  ['елка', ['greek']],
  ['付', ['greek']],
  ['失', ['greek']],
  ['付失', []],
  ['"支付 失败"', ['greek']],
  ['支付，失败', ['greek']],
  ['支付*', ['greek']],
  ['การชำระเงิน*', ['scripts']],
  ['การชำระเงินล้มเหลว', ['scripts']],
  ['ชำระ', ['scripts']],
  ['ล้มเหลว', ['scripts']],
  ['ลม', []],
  ['भुगतान', ['scripts']],
  ['भ', []],
  ['ग', []],
  ['भु*', ['scripts']],
  ['محمد', ['scripts']],
  ['مُحَمَّد', ['scripts']],
  ['דבר', ['scripts']],
  ['zazolc GESLA', ['scripts']],
  ['ZAŻÓŁĆ', ['scripts']],
  ['strasse', ['scripts']],
  ['STRASSE', ['scripts']],
  ['full123', ['scripts']],
  ['ガラス', ['scripts']],
  ['တောင်', ['scripts']],
  ['345', ['scripts']],
  ['👍🏽', []],
  ['1️⃣', []],
  // Found whole, and by their parts.
  ['ORD-2024-00017', ['scripts']],
  ['ord-2024*', ['scripts']],
  ['00017', ['scripts']],
  ['2024-ORD', []],
  ['C:\\Users\\ann\\report.pdf', ['scripts']],
  ['report.pdf', ['scripts']],
  ['https://shop.example/orders/ORD-2024-00017?ref=mail', ['scripts']],
  ['ann.lee+shop@mail.example', ['scripts']],
  ['mail.example', ['scripts']],
  ['example.mail', []],
  ['ca marche', ['decomposed']],
  ['Đà Nẵng', ['decomposed']],
  ['da nang', ['decomposed']],
  ['한국말', ['decomposed']],
  ['한국말'.normalize('NFD'), ['decomposed']],
  ['가', ['decomposed']],
  // Quotation marks of any keyboard.
  ['“beta alpha”', ['order']],
  ['„gamma alpha“', []],
  ['«alpha beta»', ['order']],
  ['needle', ['long']],
  // No operators.
  ['payment OR needle', []],
  ['beta,alpha', ['order']],
  ['gamma,alpha', []],
  ['payment NOT unable', []],
  ['alpha & beta', ['order']],
  ['alpha | beta', ['order']],
  ['!alpha', ['order']],
  ['-alpha', ['order']],
  ['subject:alpha', []],
  ['(alpha', ['order']],
  ['alpha)', ['order']],
  ["alpha:*'", ['order']],
  ['alpha"', ['order']],
  ['"alpha', ['order']],
  ['""', []],
  ['" "', []],
  ['alpha ""', ['order']],
  ['^alpha', ['order']],
  ['alpha + beta', ['order']],
  ['{alpha} NEAR(beta)', []],
  ["'; DROP TABLE tickets; --", []],
  ['!?…', []],
  ['\\', []],
  ['%', []],
];

describe('the rules of the search', () => {
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    for (const [name, { messages = [], ...texts }] of Object.entries(TICKETS)) {
      ids[name] = await openTicket(customer(), texts);
      for (const message of messages) dataOf(await customer().addMessage(ids[name], { message }));
    }
  });

  describe.each(DESKS)('over %s', (_surface, open) => {
    const search = async (query: Record<string, unknown>) => dataOf(await open(server.url, agentToken()).search(query));

    it.each(RULES)('%s finds %j', async (q, found) => {
      const { hits, next, complete } = await search({ q });
      const names = hits.map(({ ticket }: Hit) => Object.keys(ids).find((name) => ids[name] === ticket.ticketId));
      expect(names.sort()).toEqual([...found].sort());
      expect({ next, complete }).toEqual({ next: null, complete: true });
      // Whatever was found has something that one can see.
      for (const hit of hits as Hit[]) expect([...marked(hit.subject), ...marked(hit.excerpt)]).not.toEqual([]);
    });

    it('shows where, in pieces of plain text', async () => {
      const [hit] = (await search({ q: 'quoted script' })).hits;
      expect(hit).toMatchObject({
        in: 'ticket',
        sourceId: ids.markup,
        ticket: { ticketId: ids.markup, requester: 'user_a' },
      });
      expect(hit.subject).toEqual([
        { text: '<b>Bold</b> & "', match: false },
        { text: 'quoted', match: true },
        { text: '"', match: false },
      ]);
      expect(textOf(hit.excerpt)).toBe(TICKETS.markup?.description);
      expect(marked(hit.excerpt)).toEqual(['script', 'script']);
    });

    it('shows the message that was meant, and the part of a long text around the match', async () => {
      const [message] = (await search({ q: 'iban' })).hits;
      expect(message).toMatchObject({ in: 'message', sourceId: expect.stringMatching(/^msg_/) });
      expect(textOf(message.excerpt)).toBe('Ich habe es mit IBAN DE89 3704 versucht');
      const [long] = (await search({ q: 'needle' })).hits;
      expect(marked(long.excerpt)).toEqual(['needle']);
      expect(textOf(long.excerpt)).toMatch(/^….{40,70}needle .{100,200}…$/);
    });

    it('takes the filters of the queue', async () => {
      const found = async (query: object) => (await search({ q: 'alpha', ...query })).hits.length;
      expect(await found({ requester: 'user_a', status: ['Open'], unassigned: true })).toBe(1);
      expect(await found({ priority: ['Medium'], categoryId: 'category_001' })).toBe(1);
      expect(await found({ requester: 'user_b' })).toBe(0);
      expect(await found({ status: ['Closed', 'Resolved'] })).toBe(0);
      expect(await found({ assignee: 'me' })).toBe(0);
    });

    it.each([
      [{}, ['q']],
      [{ q: '' }, ['q']],
      [{ q: ' \u00a0' }, ['q']],
      [{ q: 'x'.repeat(201) }, ['q']],
      [{ q: 'a\u0000' }, ['q']],
      [{ q: 'a '.repeat(17) }, ['q']],
      [{ q: 'aa* bb* cc* "dd ee*"' }, ['q']],
      [{ q: '支'.repeat(130) }, ['q']],
      [{ q: 'x', limit: 0, sort: 'updated' }, ['limit', 'sort']],
      [{ q: 'x', status: ['open'] }, ['status.0']],
      [{ q: 'x', after: 'x' }, ['after']],
      [{ q: 'x', after: Buffer.from('[0]').toString('base64url') }, ['after']],
      [{ q: 'x', after: Buffer.from('[1e9]').toString('base64url') }, ['after']],
    ])('refuses %j', async (query, paths) => {
      const outcome = await open(server.url, agentToken()).search(query);
      expect(outcome).toMatchObject({ status: 400, code: 'BAD_REQUEST', message: 'Invalid request' });
      expect(pathsOf(outcome)).toEqual(paths);
    });

    it('takes as many words and prefixes as it says', async () => {
      for (const q of ['q '.repeat(16), 'qa* qb* "qd qe*"', `"${'q '.repeat(90)}"`, '支'.repeat(128)]) {
        expect(await search({ q })).toEqual({ hits: [], next: null, complete: true });
      }
    });

    it('is not for customers, nor for nobody', async () => {
      const query = { q: 'payment' };
      expect(await open(server.url, customerToken('user_a')).search(query)).toMatchObject({ status: 403 });
      expect(await open(server.url).search(query)).toMatchObject({ status: 401 });
    });
  });
});

describe('the search', () => {
  const search = async (query: Record<string, unknown>) => {
    const [[, open]] = DESKS as [(typeof DESKS)[number]];
    return dataOf(await open(server.url, agentToken()).search(query)) as { hits: Hit[]; next: string | null };
  };

  it('knows a message as soon as it was acknowledged, and a note', async () => {
    const ticketId = await openTicket(customer());
    dataOf(await customer().addMessage(ticketId, { message: 'zebrafish swims' }));
    expect((await search({ q: 'zebrafish' })).hits).toMatchObject([{ in: 'message', ticket: { ticketId } }]);
    const id = newId('msg').replace('msg', 'note');
    const note = { id, ticketId, author: 'agent_1', content: 'quokka', attachments: [], createdAt: new Date() };
    await server.db.transaction((tx) => tx.note.create({ data: note }));
    expect((await search({ q: 'quokka' })).hits).toMatchObject([{ in: 'note', sourceId: id, ticket: { ticketId } }]);
  });

  it('follows what is changed or deleted by hand', async () => {
    const ticketId = await openTicket(customer(), { subject: 'walrus', description: 'tusks' });
    await server.db.transaction((tx) => tx.ticket.update({ where: { id: ticketId }, data: { subject: 'narwhal' } }));
    expect((await search({ q: 'walrus' })).hits).toEqual([]);
    expect((await search({ q: 'narwhal tusks' })).hits).toHaveLength(1);
    await server.db.transaction(async (tx) => {
      await tx.event.deleteMany({ where: { ticketId } });
      await tx.ticket.delete({ where: { id: ticketId } });
    });
    expect((await search({ q: 'narwhal' })).hits).toEqual([]);
  });

  it('has a ticket once, the best first: who has it in the subject, then the newest', async () => {
    const twice = await openTicket(customer(), { description: 'ibex one two three' });
    dataOf(await customer().addMessage(twice, { message: 'ibex one two three' }));
    const later = await openTicket(customer(), { description: 'other words here' });
    dataOf(await customer().addMessage(later, { message: 'ibex one two three' }));
    const subject = await openTicket(customer(), { subject: 'ibex' });
    dataOf(await customer().addMessage(twice, { message: 'something else' }));
    const { hits } = await search({ q: 'ibex' });
    expect(hits.map(({ ticket }) => ticket.ticketId)).toEqual([subject, later, twice]);
    const pages: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page = await search({ q: 'ibex', limit: 1, ...(after && { after }) });
      pages.push(...page.hits.map(({ ticket }) => ticket.ticketId));
      after = page.next;
    }
    expect(pages).toEqual([subject, later, twice]);
  });

  it('shows where in texts of which few fit in one piece of what is read, and in short ones between them', async () => {
    const written = new Map<string, string>();
    const textFor = (name: string, words: number) => {
      const text = `${'𝒳𝒳𝒳 '.repeat(words)}okapi ${name}`;
      written.set(name, text);
      return text;
    };
    const onTickets: string[] = [];
    for (let n = 0; n < 9; n += 1) {
      const ticketId = await openTicket(customer(), {
        description: n % 3 === 0 ? textFor(`description${n}`, 300) : 'nothing',
      });
      if (n % 3 === 1) dataOf(await customer().addMessage(ticketId, { message: textFor(`message${n}`, 2400) }));
      if (n % 3 === 2) dataOf(await customer().addMessage(ticketId, { message: textFor(`short${n}`, 5) }));
      onTickets.push(ticketId);
    }
    // Of 31 kB: eight are a piece.
    for (let n = 9; n < 18; n += 1) {
      const ticketId = await openTicket(customer(), {});
      dataOf(await openRest(server.url, agentToken()).desk.note(ticketId, { content: textFor(`note${n}`, 2400) }));
      onTickets.push(ticketId);
    }
    const { hits } = await search({ q: 'okapi' });
    expect(hits.map(({ ticket }) => ticket.ticketId).sort()).toEqual(onTickets.sort());
    const ends = hits.map(({ excerpt }) => textOf(excerpt).split('okapi ')[1]);
    expect(ends.sort()).toEqual([...written.keys()].sort());
    for (const hit of hits) expect(marked(hit.excerpt)).toEqual(['okapi']);
  });

  it('answers whatever is typed, and marks only what is in the text', async () => {
    const description = 'naïve "quotes" * AND (x:y) E\u0301cole Ελλάς ½ 𝒳 İstanbul ﬁne';
    const ticketId = await openTicket(customer(), { subject: 'tapir', description });
    const piece = fc.constantFrom(
      ...[
        '"',
        '*',
        'AND',
        'OR',
        'NOT',
        'NEAR',
        '(',
        ')',
        ':',
        '-',
        '^',
        "'",
        '\\',
        '&',
        '|',
        '!',
        '<->',
        ':*',
        '%',
        ';',
        '\t',
      ],
      ...[
        'tapir',
        'naive',
        '支付',
        'ก',
        'ำ',
        '1\ufe0f\u20e3',
        'ﷺ',
        '“',
        'İ',
        'ß',
        'ﬁ',
        '½',
        '²',
        '𝒳',
        '\u0301',
        'Σ',
        'ς',
        '\u200b',
        '😀',
        '{',
        '}',
        '+',
        'x'.repeat(90),
      ],
    );
    const typed = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
      fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(' ')),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(typed, async (q) => {
        fc.pre(/\S/u.test(q) && [...q].length <= 200 && !q.includes('\0') && q.isWellFormed());
        const { hits } = await search({ q });
        for (const hit of hits.filter(({ ticket }) => ticket.ticketId === ticketId)) {
          expect(textOf(hit.subject)).toBe('tapir');
          expect(textOf(hit.excerpt)).toBe(description);
        }
      }),
      randomness('marks of a search', 300),
    );
  });
});
