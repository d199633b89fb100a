import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

/** The life of a ticket. Runs in a browser as it does in Node. */
export async function walk(baseUrl: string, token: string, print: (line: string) => void): Promise<void> {
  const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });

  const [category] = dataOf(await api.GET('/support/categories'));
  if (!category) throw new Error('The desk has no categories');

  // The body is the file itself: nothing is made of it. A fetch tells nothing of how far it is.
  const screenshot = new File(['The payment page says E-42'], 'error.txt', { type: 'text/plain' });
  const file = dataOf(
    await api.POST('/support/files', {
      params: { query: { name: screenshot.name }, header: { 'Idempotency-Key': crypto.randomUUID() } },
      body: screenshot as unknown as string,
      bodySerializer: (body) => body,
      headers: { 'content-type': 'application/octet-stream' },
    }),
  );
  print(`uploaded ${file.name}, ${file.size} bytes of ${file.type}`);

  const { ticketId } = dataOf(
    await api.POST('/support/tickets', {
      body: {
        subject: 'Unable to make payment',
        description: "I'm experiencing issues making a payment on my loan",
        categoryId: category.categoryId,
        priority: 'High',
        attachments: ['file_id_123', file.fileId],
      },
    }),
  );
  print(`created ${ticketId} in ${category.name}`);

  const open = dataOf(await api.GET('/support/tickets', { params: { query: { status: 'Open', limit: 10 } } }));
  print(`open: ${open.map(({ subject, priority }) => `${subject} (${priority})`).join(', ')}`);

  const params = { path: { ticketId } };
  const message = "I've tried multiple times but still getting an error";
  // It has a name, so that it can be sent again where no answer came: it is stored once.
  const once = { ...params, header: { 'Idempotency-Key': crypto.randomUUID() } };
  const send = () => api.POST('/support/tickets/{ticketId}/messages', { params: once, body: { message } });
  const [first, again] = [dataOf(await send()), dataOf(await send())];
  if (again.messageId !== first.messageId) throw new Error('It was stored twice');
  const ticket = dataOf(await api.GET('/support/tickets/{ticketId}', { params }));
  for (const { sender, content } of ticket.messages) print(`${sender}: ${content}`);

  const { files } = dataOf(await api.GET('/support/tickets/{ticketId}/files', { params }));
  for (const { fileId, name } of files) {
    const { url } = dataOf(await api.GET('/support/files/{fileId}', { params: { path: { fileId } } }));
    // For 5 minutes, and without a token: as for an <img>.
    const bytes = await fetch(new URL(url, baseUrl));
    print(`${name}: ${await bytes.text()}`);
  }

  const resolution = 'Issue was resolved by updating payment method';
  const closed = dataOf(await api.POST('/support/tickets/{ticketId}/close', { params, body: { resolution } }));
  print(`closed, ${closed.status}`);

  const late = await api.POST('/support/tickets/{ticketId}/messages', { params, body: { message: 'One more thing' } });
  if (late.error?.error.code !== 'TICKET_CLOSED') throw new Error('A closed ticket takes no message');
  print('the ticket is closed: open a new one');
}

/** What is in the envelope; throws what the server said was wrong. */
function dataOf<Data>({ data, error }: Answer<Data>): Data {
  if (data) return data.data;
  throw new Error(error ? `${error.error.code}: ${error.error.message}` : 'No answer');
}

interface Answer<Data> {
  data?: { data: Data };
  error?: { error: { code: string; message: string } };
}
