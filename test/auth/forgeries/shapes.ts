import { segment } from '../../support/issuer.js';
import { type Forgery, goodToken, type World } from './world.js';

/** What isn't three parts in base64url, or is too long. */
export function badShapes(world: World): Forgery[] {
  const good = goodToken(world);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const longBy = (length: number) => goodToken(world, { x: 'x'.repeat(Math.ceil((length * 3) / 4)) });
  return [
    ['one part', payload],
    ['two parts', `${header}.${payload}`],
    ['two parts, the last one signed', `${payload}.${signature}`],
    ['four parts', `${good}.${signature}`],
    [
      'five parts, as an encrypted token has',
      `${segment({ alg: 'dir', enc: 'A128GCM' })}..${segment('iv')}.${payload}.${segment('tag')}`,
    ],
    ['five parts, the first three good', `${good}.a.b`],
    ['five parts, the last three good', `a.b.${good}`],
    ['two tokens', `${good}.${good}`],
    ['dots', '..'],
    ['no payload', `${header}..${signature}`],
    ['no header', `.${payload}.${signature}`],
    ['a dot before', `.${good}`],
    ['a dot behind', `${good}.`],
    ['JSON serialisation', JSON.stringify({ protected: header, payload, signature })],
    ['padding behind', `${good}=`],
    ['padding in the header', `${header}=.${payload}.${signature}`],
    ['padding in the payload', `${header}.${payload}==.${signature}`],
    ['base64 with + and /', `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}+/`],
    ['a space in the middle', `${header}. ${payload}.${signature}`],
    ['a tab in the signature', `${good.slice(0, -4)}\t${good.slice(-4)}`],
    ['percent escapes', good.replaceAll('.', '%2E')],
    ['quotes around it', `"${good}"`],
    ['angle brackets around it', `<${good}>`],
    ['a comma behind', `${good},`],
    ['a semicolon behind', `${good};`],
    ['a byte above ASCII in it', `${good}\xe9`],
    ['a no-break space in it', `${good.slice(0, -4)}\xa0${good.slice(-4)}`],
    ["somebody's name", 'user_123'],
    ['null', 'null'],
    ['undefined', 'undefined'],
    ['[object Object]', '[object Object]'],
    ['9 kB, well signed', longBy(9000)],
    ['14 kB, well signed', longBy(10_000)],
    ['14 kB of one letter', `${header}.${payload}.${'A'.repeat(14_000 - payload.length)}`],
    ['14 kB of dots', '.'.repeat(14_000)],
  ];
}
