import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

// The least that a server of Node's own does for a file: write what comes, have it on the disk, and put it in its place; and
// read it again. No token, no limit, no look at what it is.
const [folder = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    createReadStream(join(folder, request.url.slice(1))).pipe(response);
    return;
  }
  const name = randomUUID();
  const path = join(folder, `${name}.tmp`);
  await pipeline(request, createWriteStream(path));
  const file = await open(path);
  await file.sync();
  await file.close();
  await rename(path, join(folder, name));
  response.end(name);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
