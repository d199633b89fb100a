import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { isProvider, takeMail } from './incoming.js';
import { mailMessage } from './outgoing.js';
import { settings } from './settings.js';

const webhook = new Webhook(settings.webhookSecret);
const MAX_BYTES = 1024 * 1024;
/** Deliveries whose mails were sent. In a real bridge they are in its database. */
const sent = new Set();

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://bridge');
  let status = 404;
  try {
    if (request.method === 'POST' && pathname === '/webhook') status = await takeWebhook(request);
    if (request.method === 'POST' && pathname === '/inbound') {
      status = isProvider(searchParams.get('key')) ? await takeMail(JSON.parse(await bodyOf(request))) : 401;
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    // The desk's webhook and the provider's come again.
    status = 503;
  }
  response.writeHead(status).end();
});

/** Sends the mail before it answers: the service's retries are the queue. */
async function takeWebhook(request) {
  const body = await bodyOf(request);
  try {
    webhook.verify(body, request.headers);
  } catch {
    return 401;
  }
  const id = request.headers['webhook-id'];
  const { type, data } = JSON.parse(body);
  if (type === 'message.added' && !sent.has(id)) await mailMessage(id, data);
  sent.add(id);
  return 204;
}

async function bodyOf(request) {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) {
    body += piece;
    if (body.length > MAX_BYTES) throw new Error('The body is too large');
  }
  return body;
}

server.listen(settings.port, settings.host, () => process.stdout.write(`listening on ${server.address().port}\n`));
