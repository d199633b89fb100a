import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { TestApp } from './app.js';
import type { Outcome } from './surfaces.js';

/** A picture of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const JPEG = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb', 'hex'),
  Buffer.alloc(200, 16),
  Buffer.from('ffd9', 'hex'),
]);
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
export const WEBP = Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64');
export const HEIC = Buffer.concat([Buffer.from('0000001866747970', 'hex'), Buffer.from('heic\0\0\0\0mif1heic')]);
export const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
export const TEXT = Buffer.from('Ordnung, ärgerlich: 12 €\r\n');

/** A ZIP archive of these entries, not compressed. `claimed`: how long an entry says that it is when it is unpacked. */
export function zip(entries: Record<string, string | Buffer>, claimed?: number): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = Buffer.from(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(claimed ?? data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data]);
    const place = Buffer.alloc(16);
    place.writeUInt32LE(offset, 10 + 2);
    directory.push(Buffer.from('PK\x01\x02\x14\0'), fields, place.subarray(0, 16), Buffer.from(name));
    files.push(file);
    offset += file.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, central, Buffer.from('PK\x05\x06'), end]);
}

const contentTypes = (main: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/x" ContentType="application/vnd.openxmlformats-officedocument.${main}.main+xml"/></Types>`;

export const DOCX = zip({
  '[Content_Types].xml': contentTypes('wordprocessingml.document'),
  'word/document.xml': '<w/>',
});
export const XLSX = zip({ '[Content_Types].xml': contentTypes('spreadsheetml.sheet'), 'xl/workbook.xml': '<x/>' });

/** Uploads a file as a third party does. */
export async function upload(
  url: string,
  token: string | undefined,
  body: Buffer | ReadableStream | string,
  { name = 'file.png', headers = {} }: { name?: string; headers?: Record<string, string> } = {},
): Promise<Outcome> {
  const answer = await fetch(`${url}/support/files?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: body as string,
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
  const { success, data, error } = (await answer.json()) as any;
  if (success) return { ok: true, status: 200, data, headers: answer.headers };
  return { ok: false, status: answer.status, ...error, headers: answer.headers };
}

/** The paths of all files below a folder. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** All that is kept of files: the names in the store, and of what is being received. */
export async function filesKept({ store, filesFolder }: TestApp): Promise<string[]> {
  const kept = filesBelow(join(filesFolder, 'incoming'));
  for await (const ids of store.list()) kept.push(...ids);
  return kept.sort();
}

/** The bytes that are stored of a file; undefined where there are none. */
export async function storedBytes({ store }: TestApp, fileId: string): Promise<Buffer | undefined> {
  const bytes = await store.read(fileId);
  return bytes && Buffer.concat(await bytes.toArray());
}

/** What is shown of an attachment that is no file of ours. */
export const fileOfOthers = (fileId: string) => ({ fileId, stored: false, name: null, size: null, type: null });
