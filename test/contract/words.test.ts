// @vitest-environment happy-dom
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { consoleFiles, importsOf, parse, widgetFiles } from '../support/import-graph.js';

// They are made for browsers, and checked against one another by the types of the console itself.
const WORDS = /^console\/words\/(en|de)(-\w+)?\.ts$/;
const catalogue = async (language: string, part = '') =>
  (await import(`../../src/console/words/${language}${part}.ts`))[language];
const de = await catalogue('de');
/** The name of each catalogue after its language; none for the one of the first load. */
const PARTS = consoleFiles().flatMap((file) => {
  const [, language, part = ''] = WORDS.exec(file) ?? [];
  return language === 'en' ? [part] : [];
});

/** Names of all texts in a catalogue, those in lists by their number. */
function namesOf(words: object, before = ''): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'object' ? namesOf(value, `${before}${name}.`) : [`${before}${name}`],
  );
}

function emptyIn(words: object): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'object' ? emptyIn(value) : value === '' ? [name] : [],
  );
}

describe('the German catalogue', () => {
  it.each(PARTS)('has the texts of the English one, and no others: %j', async (part) => {
    const [english, german] = [await catalogue('en', part), await catalogue('de', part)];
    expect(namesOf(german)).toEqual(namesOf(english));
    expect(emptyIn(german)).toEqual([]);
  });

  it.each([
    [de.account.drafts(1), /^1 Entwurf ist /],
    [de.account.drafts(2), /^2 Entwürfe sind /],
    [de.time.days(2), /^2 Tage$/],
    [de.queue.news(1, false), /^1 neues$/],
    [de.queue.news(20, true), /^20\+ neue$/],
    [de.files.size(1_234_567), /^1,2 MB$/],
  ])('says %s', (text, expected) => {
    expect(text).toMatch(expected);
  });

  it.each(PARTS)('imports types alone: what says something waits for it, and it must not wait for that: %j', (part) => {
    expect(importsOf(`console/words/de${part}.ts`).filter(({ typeOnly }) => !typeOnly)).toEqual([]);
  });
});

describe('the words of the widget', async () => {
  const { en } = await import('../../src/widget/words/en.ts' as string);
  const { de: german } = await import('../../src/widget/words/de.ts' as string);

  it('are the same texts in both languages', () => {
    expect(namesOf(german)).toEqual(namesOf(en));
    expect([...emptyIn(en), ...emptyIn(german)]).toEqual([]);
  });

  it.each([
    [en.unread(1), '1 new answer'],
    [en.unread(2), '2 new answers'],
    [german.unread(1), '1 neue Antwort'],
    [german.unread(2), '2 neue Antworten'],
    [en.errors.tooMany(1500), 'That was a lot at once. Please try again in 2 s.'],
  ])('say %s', (text, expected) => expect(text).toBe(expected));

  it.each([
    ['de-AT', 'Hilfe', 'de-AT'],
    ['DE', 'Hilfe', 'DE'],
    ['en-GB', 'Help', 'en-GB'],
    ['fr', 'Help', 'en'],
    ['', 'Help', 'en'],
    ['de-!', 'Hilfe', 'de'],
    ['constructor', 'Help', 'en'],
  ])('of a page in %j: %s, with numbers and dates of %s', async (tag, help, locale) => {
    const words = await import('../../src/widget/words/words.ts' as string);
    words.speak(tag);
    expect([words.t.help, words.locale]).toEqual([help, locale]);
    expect(words.formatNumber(1234)).toMatch(/1.?234/);
  });
});

describe('what console and widget say', () => {
  /** Attributes that are read or shown. */
  const SAID = new Set([
    'aria-label',
    'aria-description',
    'aria-roledescription',
    'alt',
    'label',
    'placeholder',
    'title',
  ]);
  /** What is typed is the same in every language. */
  const TYPED = new Set(['code', 'kbd']);

  const literals = (file: string): string[] => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isJsxElement(node) && TYPED.has(node.openingElement.tagName.getText())) return;
      if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) found.push(node.text.trim());
      if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression)) {
        if (/\p{L}/u.test(node.expression.text) && !ts.isJsxAttribute(node.parent)) found.push(node.expression.text);
      }
      if (ts.isJsxAttribute(node) && SAID.has(node.name.getText()) && node.initializer) {
        const { initializer } = node;
        const value = ts.isJsxExpression(initializer) ? initializer.expression : initializer;
        if (value && ts.isStringLiteralLike(value) && /\p{L}/u.test(value.text)) found.push(value.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(parse(file));
    return found.map((text) => `${file}: ${text}`);
  };

  it('stands in their catalogues', () => {
    const files = [...consoleFiles(), ...widgetFiles()].filter((file) => file.endsWith('.tsx'));
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap(literals)).toEqual([]);
  });
});
