import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What is stored without it was written while there was no key. */
const SEALED = 'sealed:';

/** Texts that are kept in the database and that nobody who has the database alone is to know. */
export class Vault {
  readonly #keys: readonly Buffer[];

  /** `keys`: in base64. The first one seals, all open. Without any, texts are stored as they are. */
  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => Buffer.from(key, 'base64'));
  }

  /** `place`: where it is stored. What is moved to another place doesn't open there. */
  seal(text: string, place: string): string {
    const [key] = this.#keys;
    if (key === undefined) return text;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @throws Error where none of the keys has sealed it for that place */
  open(stored: string, place: string): string {
    if (!stored.startsWith(SEALED)) return stored;
    for (const key of this.#keys) {
      const text = opened(stored, place, key);
      if (text !== undefined) return text;
    }
    throw new Error('A secret in the database cannot be read: it was sealed with a key that is not in SECRETS_KEY');
  }

  /** Whether it is stored as seal() would store it now. */
  isCurrent(stored: string, place: string): boolean {
    const [key] = this.#keys;
    if (key === undefined) return true;
    return stored.startsWith(SEALED) && opened(stored, place, key) !== undefined;
  }
}

function opened(stored: string, place: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(stored.slice(SEALED.length), 'base64url');
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
