/** What a caller sends as a body or query, right or wrong. */
export type Input = Readonly<Record<string, unknown>>;

/** Paths below a field where something is wrong, '' for the field itself. */
type Rule = (value: unknown) => string[];

/** The path of each thing that is wrong with an input, unknown fields included. */
export function faults(input: Input, rules: Record<string, Rule>): string[] {
  const unknown = Object.keys(input).filter((name) => !Object.hasOwn(rules, name));
  const wrong = Object.entries(rules).flatMap(([name, rule]) => rule(input[name]).map((below) => `${name}${below}`));
  return [...unknown, ...wrong];
}

const satisfies =
  (good: (value: unknown) => boolean): Rule =>
  (value) =>
    good(value) ? [] : [''];
export const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? [] : rule(value);
export const oneOf = (values: readonly unknown[]) => satisfies((value) => values.includes(value));
export const isString = satisfies((value) => typeof value === 'string');
export const wholeNumber = (min: number, max: number) =>
  satisfies((value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max);
export const textUpTo = (max: number, { blank = false } = {}) =>
  satisfies(
    (value) =>
      typeof value === 'string' && storable(value) && [...value].length <= max && (blank || value.trim() !== ''),
  );
/** A list that is too long is one thing wrong, whatever is in it. */
export const fileIds: Rule = (value) => {
  if (!Array.isArray(value) || value.length > 20) return [''];
  const good = (id: unknown) => typeof id === 'string' && storable(id) && id !== '' && [...id].length <= 128;
  return value.flatMap((id, index) => (good(id) ? [] : [`.${index}`]));
};

function storable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}
