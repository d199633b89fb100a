import type { ExactRequest } from '../../support/exact-request.js';
import { goodToken, type World } from './world.js';

/** What is sent beside or instead of one `Authorization: Bearer` header. */
export interface Carrier {
  readonly what: string;
  readonly headers?: ExactRequest['headers'];
  /** Put into the query and, where the request has one, into the body. */
  readonly fields?: Record<string, string>;
}

/** A good token, brought in a way that is none. */
export function wrongCarriers(world: World): Carrier[] {
  const token = goodToken(world);
  return [
    ...wrongSchemes(token),
    ...severalHeaders(token, goodToken(world, { sub: 'user_456' })),
    ...otherPlaces(token),
  ];
}

function wrongSchemes(token: string): Carrier[] {
  const basic = Buffer.from(`user_123:${token}`).toString('base64');
  const values = [
    ...['', 'Bearer', 'Bearer ', 'bearer', token, ` ${token}`, `Basic ${token}`, `Basic ${basic}`, `Token ${token}`],
    ...[`JWT ${token}`, `DPoP ${token}`, `Digest ${token}`, `OAuth ${token}`, `Bearer${token}`, `Bearer:${token}`],
    ...[`Bearer: ${token}`, `Bearer=${token}`, `Bearer\t${token}`, `Bearer "${token}"`, `Bearer token=${token}`],
    ...[
      `Bearer Bearer ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer x, Bearer ${token}`,
    ],
    ...[
      `Basic ${basic}, Bearer ${token}`,
      `"Bearer" ${token}`,
      `Bearer\xa0${token}`,
      `xBearer ${token}`,
      `Bearers ${token}`,
    ],
  ];
  return values.map((value) => ({
    what: `Authorization: ${value.replaceAll(token, '<token>').replaceAll(basic, '<basic>')}`,
    headers: [['authorization', value]],
  }));
}

function severalHeaders(token: string, other: string): Carrier[] {
  const good = ['authorization', `Bearer ${token}`] as const;
  const pairs: [string, ExactRequest['headers']][] = [
    ['the same header twice', [good, good]],
    ['the same header thrice', [good, good, good]],
    ['two good tokens', [good, ['authorization', `Bearer ${other}`]]],
    ['a good one first', [good, ['authorization', 'Bearer x.y.z']]],
    ['a good one last', [['authorization', 'Bearer x.y.z'], good]],
    ['an empty one first', [['authorization', ''], good]],
    ['an empty one last', [good, ['authorization', '']]],
    ['Basic first', [['authorization', 'Basic dTpw'], good]],
    ['Basic last', [good, ['authorization', 'Basic dTpw']]],
    ['names in another case', [good, ['AUTHORIZATION', `Bearer ${token}`]]],
    ['others between', [good, ['x-other', '1'], ['Authorization', `Bearer ${token}`]]],
  ];
  return pairs.map(([what, headers]) => ({ what: `several headers: ${what}`, headers }));
}

function otherPlaces(token: string): Carrier[] {
  const names = [
    'x-access-token',
    'x-auth-token',
    'x-authorization',
    'x-jwt',
    'token',
    'access-token',
    'authorization2',
  ];
  const cookies = ['token', 'access_token', 'jwt', 'Authorization', 'authorization', 'session', '__Host-token'];
  const fields = ['access_token', 'token', 'jwt', 'authorization', 'bearer', 'id_token'];
  const header = (name: string, value: string) => ({ what: `header ${name}`, headers: [[name, value] as const] });
  return [
    ...names.map((name) => header(name, token)),
    ...['proxy-authorization', 'x-forwarded-authorization', 'www-authenticate', 'authentication', 'authorisation'].map(
      (name) => header(name, `Bearer ${token}`),
    ),
    header('sec-websocket-protocol', `bearer, ${token}`),
    header('trpc-connection-params', JSON.stringify({ token })),
    ...cookies.map((name) => header('cookie', `${name}=${token}`)),
    {
      what: 'tRPC connection parameters',
      fields: { connectionParams: JSON.stringify({ token, authorization: `Bearer ${token}` }) },
    },
    ...fields.flatMap((name) =>
      [token, `Bearer ${token}`].map((value) => ({
        what: `${value === token ? 'a token' : 'Bearer and a token'} as ${name} in query and body`,
        fields: { [name]: value },
      })),
    ),
  ];
}
