import { expect } from 'vitest';
import type { SupportInputs } from '../../src/client/index.js';
import { dataOf, type RestApi, restApi } from './desk-team.js';
import type { PackedClient } from './packed-client.js';

type Ticket = SupportInputs['support']['tickets']['create'];
type Seen = { status: string; priority: string; categoryId: string; assignedAgent: string | null };

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const MESSAGE_ID = expect.stringMatching(/^msg_/);

/** A customer with an app on the typed client, who knows what they must see: exactly the documented fields. */
export class Customer {
  readonly id: string;
  readonly support: ReturnType<PackedClient['createSupportClient']>['support'];
  readonly api: RestApi;
  /** The text of every answer that this customer ever got. */
  readonly answers: string[] = [];
  ticketId = '';
  #ticket: Ticket = { subject: '', description: '', categoryId: '' };
  #seen: Seen = { status: '', priority: '', categoryId: '', assignedAgent: null };
  #said: { sender: string; content: string }[] = [];
  #updatedAt = '';

  constructor(id: string, url: string, token: string, { createSupportClient }: PackedClient) {
    const overheard: typeof fetch = async (request, init) => {
      const answer = await fetch(request, init);
      this.answers.push(await answer.clone().text());
      return answer;
    };
    this.id = id;
    this.support = createSupportClient({ url, token, fetch: overheard }).support;
    this.api = restApi(url, token, overheard);
  }

  async opens(ticket: Ticket, options?: ReturnType<PackedClient['withIdempotencyKey']>): Promise<void> {
    const created = await this.support.tickets.create.mutate(ticket, options);
    const { subject, priority = 'Medium', categoryId } = ticket;
    expect(created).toEqual({ ticketId: expect.any(String), subject, priority, status: 'Open', createdAt: TIME });
    this.ticketId = created.ticketId;
    this.#ticket = ticket;
    this.#seen = { status: 'Open', priority, categoryId, assignedAgent: null };
  }

  async writes(message: string): Promise<void> {
    const { ticketId } = this;
    const added = await this.support.messages.add.mutate({ ticketId, message });
    expect(added).toEqual({ messageId: MESSAGE_ID, ticketId, content: message, timestamp: TIME });
    this.#said.push({ sender: this.id, content: message });
  }

  /** That a message of the desk's has come, under its agent's name. */
  hears(sender: string, content: string): void {
    this.#said.push({ sender, content });
  }

  /** What has changed for the customer since the last look, and that nothing else has. */
  async sees(change: Partial<Seen>): Promise<void> {
    const before = this.#updatedAt;
    await this.#look(change);
    expect(this.#updatedAt > before).toBe(true);
  }

  /** That what happened at the desk stayed there. */
  async seesNothingNew(): Promise<void> {
    const before = this.#updatedAt;
    await this.#look({});
    expect(this.#updatedAt).toBe(before);
  }

  async #look(change: Partial<Seen>): Promise<void> {
    const { ticketId } = this;
    const { subject, description } = this.#ticket;
    Object.assign(this.#seen, change);
    const messages = this.#said.map((one) => ({ ...one, messageId: MESSAGE_ID, timestamp: TIME }));
    const ticket = await this.support.tickets.get.query({ ticketId });
    expect(ticket).toEqual({
      ...{ ticketId, userId: this.id, subject, description, createdAt: TIME },
      ...{ ...this.#seen, messages },
    });
    expect(dataOf(await this.api.GET('/support/tickets/{ticketId}', { params: { path: { ticketId } } }))).toEqual(
      ticket,
    );

    const list = await this.support.tickets.list.query();
    const { status, priority } = this.#seen;
    expect(list).toEqual([{ ticketId, subject, status, priority, createdAt: ticket.createdAt, updatedAt: TIME }]);
    expect(dataOf(await this.api.GET('/support/tickets'))).toEqual(list);
    this.#updatedAt = list[0]?.updatedAt ?? '';
  }
}
