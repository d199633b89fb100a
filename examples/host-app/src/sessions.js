import { randomBytes } from 'node:crypto';

const COOKIE = 'bank-session';

/** Who is signed in, by what their cookie has. In a real app they are in its database, and end after some time. */
const sessions = new Map();

/** The user of a request; undefined: nobody is signed in. */
export function userOf(request) {
  return sessions.get(idOf(request));
}

/** For a `Set-Cookie` header. No script reads it, and no page of others sends it along with a POST. */
export function begin(user) {
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, user);
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`;
}

export function end(request) {
  sessions.delete(idOf(request));
  return `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
}

function idOf({ headers: { cookie = '' } }) {
  return cookie
    .split('; ')
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}
