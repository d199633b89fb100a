import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const { WEBHOOK_SECRET = '', PORT = '4000', HOST = '127.0.0.1' } = process.env;

const webhook = new Webhook(WEBHOOK_SECRET);

/** Ids that were dealt with. In a real receiver they are in its database, written in the transaction of the work. */
const seen = new Set();

const MAX_BYTES = 64 * 1024;

const server = createServer(async (request, response) => {
  const answer = (status) => response.writeHead(status).end();
  if (request.method !== 'POST') return answer(405);
  let body = '';
  for await (const piece of request.setEncoding('utf8')) {
    body += piece;
    if (body.length > MAX_BYTES) return answer(413);
  }
  try {
    // The signature, and that it is not an old one that somebody sends again.
    webhook.verify(body, request.headers);
  } catch {
    return answer(401);
  }
  const id = String(request.headers['webhook-id']);
  if (!seen.has(id)) {
    seen.add(id);
    const { type, data } = JSON.parse(body);
    process.stdout.write(`${id} ${type} ${data.ticketId ?? ''} ${data.version ?? ''}\n`);
  }
  // Also for one that is known: otherwise it would come again.
  answer(204);
});

server.listen(Number(PORT), HOST, () => process.stdout.write(`listening on ${server.address().port}\n`));
