import { extname } from 'node:path';
import { AppError } from '../errors/app-error.js';

const DOCUMENT = 'application/vnd.openxmlformats-officedocument.';

/** The media types that are taken, each with the endings that its names have, the usual one first. */
const TYPES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg', '.jpe', '.jfif'],
  'image/webp': ['.webp'],
  'image/gif': ['.gif'],
  'image/heic': ['.heic', '.heif'],
  'application/pdf': ['.pdf'],
  'text/plain': ['.txt', '.text', '.log', '.md'],
  'text/csv': ['.csv'],
  [`${DOCUMENT}wordprocessingml.document`]: ['.docx'],
  [`${DOCUMENT}spreadsheetml.sheet`]: ['.xlsx'],
  'application/zip': ['.zip'],
};

const ZIP = 'application/zip';
const TEXT = 'text/plain';
const TAKEN = 'PNG, JPEG, WebP, GIF, HEIC, PDF, plain text, CSV, DOCX, XLSX';

/** Most characters of a name. */
export const MAX_NAME = 100;

/** Shown in a browser's window instead of being saved. */
export function isShownInline(type: string): boolean {
  return type.startsWith('image/') || type === 'application/pdf';
}

interface Named {
  name: string;
  type: string;
}

/**
 * What a file is called, and what type it has, by the name that was sent and the type of what is in it (undefined: nothing
 * that is known). The ending of the name always fits the type: whoever opens a saved file gets what it is.
 *
 * @throws AppError UNSUPPORTED_MEDIA_TYPE for a type that is not taken, and for a name that says another one.
 */
export function nameAndType(sent: string, content: string | undefined, zipAllowed: boolean): Named {
  const name = cleanName(sent);
  const ending = extname(name).toLowerCase();
  const type = content === TEXT && ending === '.csv' ? 'text/csv' : content;
  const endings = type === undefined ? undefined : TYPES[type];
  if (type === undefined || endings === undefined || (type === ZIP && !zipAllowed)) throw notTaken(zipAllowed);
  if (endings.includes(ending)) return { name: cut(name, ending), type };
  const said = Object.entries(TYPES).find(([, known]) => known.includes(ending))?.[0];
  // Cameras and messengers give pictures the ending of other pictures.
  if (said !== undefined && !(said.startsWith('image/') && type.startsWith('image/'))) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: `The name ends in ${ending}, but the file is ${type}` });
  }
  return { name: cut(`${name}${endings[0]}`, endings[0]), type };
}

function notTaken(zipAllowed: boolean): AppError {
  return new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `Files of this type are not taken. Send one of: ${TAKEN}${zipAllowed ? ', ZIP' : ''}`,
  });
}

/** Without folders, and without characters that say nothing, or something else than what is seen. */
function cleanName(sent: string): string {
  const [last = ''] = sent.split(/[/\\]/).slice(-1);
  const clean = last
    .toWellFormed()
    .normalize('NFC')
    // Control characters, marks of direction and others that can't be seen; what no file system of today takes.
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd<>:"|?*]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return clean === '' ? 'file' : clean;
}

/** So many characters at most, the ending among them. */
function cut(name: string, ending: string): string {
  const characters = [...name];
  if (characters.length <= MAX_NAME) return name;
  const stem = characters.slice(0, MAX_NAME - ending.length).join('');
  return `${stem.trimEnd()}${ending}`;
}
