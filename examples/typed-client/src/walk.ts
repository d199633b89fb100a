import { createSupportClient, supportError, withIdempotencyKey } from 'support-api/client';

/** The life of a ticket. Runs in a browser as it does in Node. */
export async function walk(url: string, token: string, print: (line: string) => void): Promise<void> {
  const { support } = createSupportClient({ url, token });

  const [category] = await support.categories.list.query();
  if (!category) throw new Error('The desk has no categories');

  const { ticketId } = await support.tickets.create.mutate({
    subject: 'Unable to make payment',
    description: "I'm experiencing issues making a payment on my loan",
    categoryId: category.categoryId,
    priority: 'High',
    attachments: ['file_id_123'],
  });
  print(`created ${ticketId} in ${category.name}`);

  const open = await support.tickets.list.query({ status: 'Open', limit: 10 });
  print(`open: ${open.map(({ subject, priority }) => `${subject} (${priority})`).join(', ')}`);

  // It has a name, so that it can be sent again where no answer came: it is stored once.
  const once = withIdempotencyKey(crypto.randomUUID());
  const reply = { ticketId, message: "I've tried multiple times but still getting an error" };
  const first = await support.messages.add.mutate(reply, once);
  const again = await support.messages.add.mutate(reply, once);
  if (again.messageId !== first.messageId) throw new Error('It was stored twice');
  const ticket = await support.tickets.get.query({ ticketId });
  for (const { sender, content } of ticket.messages) print(`${sender}: ${content}`);

  const closed = await support.tickets.close.mutate({
    ticketId,
    resolution: 'Issue was resolved by updating payment method',
  });
  print(`closed, ${closed.status}`);

  try {
    await support.messages.add.mutate({ ticketId, message: 'One more thing' });
  } catch (error) {
    // The codes are those of REST; anything without one, such as a broken connection, is not the server's answer.
    if (supportError(error)?.code !== 'TICKET_CLOSED') throw error;
    print('the ticket is closed: open a new one');
  }
}
