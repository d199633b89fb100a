import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

const SALT = randomBytes(16);
const hash = (password) => scryptSync(password, SALT, 32);

/** Customers of the bank. In a real one they are in its database, and so are the hashes of their passwords. */
const users = new Map(
  [
    { id: 'ann', name: 'Ann Lee', locale: 'en', password: 'ann-password' },
    { id: 'ben', name: 'Ben Okafor', locale: 'en', password: 'ben-password' },
    { id: 'petra', name: 'Petra Krüger', locale: 'de', password: 'petra-password' },
  ].map(({ password, ...user }) => [user.id, { ...user, hash: hash(password) }]),
);

const NOBODY = { hash: randomBytes(32) };

/** The user with this name and password; undefined: there is none. */
export function signIn(id, password) {
  const user = users.get(id) ?? NOBODY;
  // Takes as long for a name that there is not.
  return timingSafeEqual(hash(password), user.hash) && user !== NOBODY ? user : undefined;
}
