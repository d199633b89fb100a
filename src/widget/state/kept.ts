/** Where the browser has no room or keeps nothing, it is kept for as long as the page is open. */
const unkept = new Map<string, string>();

const PREFIX = 'support-widget/';

/** What this computer keeps for one user, for all tabs of the host's page. */
export class Kept {
  readonly #prefix: string;

  constructor(userId: string) {
    this.#prefix = `${PREFIX}${encodeURIComponent(userId)}/`;
  }

  get<T>(name: string): T | undefined {
    const key = this.#prefix + name;
    try {
      const json = unkept.get(key) ?? localStorage.getItem(key);
      return json === null ? undefined : (JSON.parse(json) as T);
    } catch {
      return undefined;
    }
  }

  /** undefined takes it off. */
  set(name: string, value: unknown): void {
    const key = this.#prefix + name;
    unkept.delete(key);
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      if (value !== undefined) unkept.set(key, JSON.stringify(value));
    }
  }

  /** Those that begin so. */
  names(prefix: string): string[] {
    const whole = this.#prefix + prefix;
    return [...new Set([...unkept.keys(), ...keysOfStorage()])]
      .filter((key) => key.startsWith(whole))
      .map((key) => key.slice(this.#prefix.length));
  }

  /** The name of what another tab has changed; undefined: something else. */
  nameOf({ key }: StorageEvent): string | undefined {
    return key?.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : undefined;
  }
}

/** For how long somebody may come back to what they have written. */
const KEPT_MS = 30 * 86_400_000;

/** Of all users of this computer, as who doesn't come back can't forget it themselves. */
export function forgetOldTexts(): void {
  const oldest = new Date(Date.now() - KEPT_MS).toISOString();
  for (const key of keysOfStorage()) {
    const [, userId = '', name = ''] = /^support-widget\/([^/]+)\/((?:draft|outbox)\/.+)$/.exec(key) ?? [];
    if (name === '') continue;
    const kept = new Kept(decodeURIComponent(userId));
    if ((kept.get<{ at: string }>(name)?.at ?? '') < oldest) kept.set(name, undefined);
  }
}

function keysOfStorage(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
