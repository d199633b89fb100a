import { createHmac } from 'node:crypto';
import { settings } from './settings.js';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A JSON Web Token (HS256) that says to the Support API who somebody is. It is signed here and nowhere else: no page of a browser ever
 * has the secret.
 */
export function signToken(userId) {
  const now = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: userId, iat: now, exp: now + settings.tokenSeconds })}`;
  return `${content}.${createHmac('sha256', settings.jwtSecret).update(content).digest('base64url')}`;
}
