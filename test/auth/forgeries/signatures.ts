import { segment } from '../../support/issuer.js';
import { type Forgery, goodToken, type World } from './world.js';

/** Good tokens that somebody has worked on, and tokens that somebody else has signed. */
export function forgedSignatures(world: World): Forgery[] {
  return [...wrongKeys(world), ...tampered(world), ...cut(world)];
}

function wrongKeys({ trusted, header, claims, forger }: World): Forgery[] {
  const other = forger[trusted.algorithm];
  return [
    ['another key of the same kind', other.token(claims, header)],
    ['another key, and no kid', other.token(claims, { alg: trusted.algorithm })],
    ['another key, and a kid of its own', other.token(claims, { ...header, kid: 'forger' })],
  ];
}

function tampered(world: World): Forgery[] {
  const { trusted, header, claims } = world;
  const good = goodToken(world).split('.') as [string, string, string];
  const join = (changes: Partial<Record<0 | 1 | 2, string>>) => Object.values({ ...good, ...changes }).join('.');
  const anotherUser = goodToken(world, { sub: 'user_456' }).split('.') as [string, string, string];
  const bytes = Buffer.from(good[2], 'base64url');
  const flipped = (index: number) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
    return segment(copy);
  };
  return [
    ['another user put in', join({ 1: segment({ ...claims, sub: 'user_456' }) })],
    ['a role put in', join({ 1: segment({ ...claims, role: 'admin' }) })],
    ['a later exp put in', join({ 1: segment({ ...claims, exp: 9_999_999_999 }) })],
    ['the claims in another order', join({ 1: segment(Object.fromEntries(Object.entries(claims).reverse())) })],
    ['a space in the payload', join({ 1: segment(JSON.stringify(claims).replace('{', '{ ')) })],
    ['a field put into the header', join({ 0: segment({ ...header, typ: 'at+jwt' }) })],
    ['the payload of another token', join({ 1: anotherUser[1] })],
    ['the signature of another token', join({ 2: anotherUser[2] })],
    ['the signature first', [good[2], good[1], good[0]].join('.')],
    ['header and payload changed places', [good[1], good[0], good[2]].join('.')],
    ['the payload thrice', [good[1], good[1], good[1]].join('.')],
    ['the header as signature', join({ 2: good[0] })],
    ['the signature over the payload alone', join({ 2: segment(trusted.sign(good[1])) })],
    ['the signature over decoded parts', join({ 2: segment(trusted.sign(JSON.stringify(claims))) })],
    ['the signature with a byte more', join({ 2: segment(Buffer.concat([bytes, Buffer.alloc(1)])) })],
    ['the signature with a byte before', join({ 2: segment(Buffer.concat([Buffer.alloc(1), bytes])) })],
    ['the signature backwards', join({ 2: segment(Buffer.from(bytes).reverse()) })],
    ['the signature twice', join({ 2: segment(Buffer.concat([bytes, bytes])) })],
    ['the signature in hexadecimal', join({ 2: bytes.toString('hex') })],
    ...[0, 1, bytes.length >> 1, bytes.length - 1].map(
      (index): Forgery => [`a bit of the signature's byte ${index} flipped`, join({ 2: flipped(index) })],
    ),
    ...otherSpellings(good[2]).map(
      (signature): Forgery => [
        `the same signature with other bits behind its last byte: …${signature.slice(-1)}`,
        join({ 2: signature }),
      ],
    ),
  ];
}

/** Texts that decode to the same bytes, by decoders that don't look at the bits left over (RFC 4648, 3.5). */
function otherSpellings(text: string): string[] {
  const bytes = Buffer.from(text, 'base64url');
  return [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    .map((last) => text.slice(0, -1) + last)
    .filter((other) => other !== text && Buffer.from(other, 'base64url').equals(bytes));
}

function cut(world: World): Forgery[] {
  const good = goodToken(world);
  const [header = '', payload = '', signature = ''] = good.split('.');
  return [
    ...[1, 2, 3, 4, 5, 8].map((count): Forgery => [`${count} characters cut off`, good.slice(0, -count)]),
    ['half of it', good.slice(0, good.length >> 1)],
    ['the signature cut to one character', `${header}.${payload}.${signature[0]}`],
    ['its first character cut off', good.slice(1)],
    ['the payload cut', `${header}.${payload.slice(0, -4)}.${signature}`],
    ['the header cut', `${header.slice(0, -4)}.${payload}.${signature}`],
  ];
}
