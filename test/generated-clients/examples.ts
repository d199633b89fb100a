import { type There, there } from './there.js';

/** A call that finds something, with all that an operation takes: each parameter, each field of the body, and two values in each list. */
export interface Example {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  /** What has to be there before what it names: what it finds, and what it must not find. */
  needs?: (keyof There)[];
  /** Fields that go with none of the others. */
  without?: string[];
}

const FIRST_PAGE = { page: 1, limit: 10, cursor: 1, direction: 'forward' };
const PERIOD = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
const NEW_TICKET = {
  subject: 'Unable to make payment',
  description: 'The payment fails, though the card is new',
  categoryId: 'category_001',
  priority: 'High',
  attachments: ['file_id_123', 'file_id_456'],
};
const MESSAGE = { message: 'It still fails', attachments: ['file_id_123', 'file_id_456'] };

const VIEW_FILTERS = {
  status: ['Open', 'In Progress'],
  priority: ['Medium', 'High'],
  categoryId: 'category_001',
  assignee: 'me',
  unassigned: false,
  requester: 'user_123',
  tag: 'refund',
  createdFrom: PERIOD.from,
  createdTo: PERIOD.to,
  updatedFrom: PERIOD.from,
  updatedTo: PERIOD.to,
};

const olderThan = (cursor: unknown) => ({ cursor, direction: 'forward', limit: 10 });
const nextAfter = (cursor: unknown) => ({ limit: 10, after: cursor, cursor, direction: 'forward' });

/** By operationId. Every operation has one: a new one needs its line here before its clients can be called. */
export const EXAMPLES: Record<string, Example> = {
  createTicket: { body: NEW_TICKET },
  listTickets: { query: { status: 'Open', priority: 'Medium', ...FIRST_PAGE }, needs: ['ticket'] },
  getTicket: { path: { ticketId: there('ticket') } },
  closeTicket: { path: { ticketId: there('ticket') }, body: { resolution: 'The card had expired' } },
  rateTicket: { path: { ticketId: there('closedTicket') }, body: { score: 5, comment: 'Solved within the hour' } },
  addMessage: { path: { ticketId: there('ticket') }, body: MESSAGE },
  listMessages: { path: { ticketId: there('ticket') }, query: olderThan(there('olderMessages')) },
  listCategories: {},
  getAccount: {},
  uploadFile: { query: { name: 'error.txt' }, body: there('file') },
  getFile: { path: { fileId: there('attachedFile') } },
  deleteFile: { path: { fileId: there('uploadedFile') } },
  listTicketFiles: {
    path: { ticketId: there('ticketWithFiles') },
    query: nextAfter(there('nextFiles')),
  },

  listQueue: {
    query: {
      status: ['Open', 'In Progress'],
      priority: ['Medium', 'High'],
      categoryId: 'category_001',
      assignee: 'me',
      unassigned: false,
      requester: 'user_123',
      tag: 'refund',
      createdFrom: '2026-01-01T00:00:00Z',
      createdTo: '2100-01-01T00:00:00Z',
      updatedFrom: '2026-01-01T00:00:00Z',
      updatedTo: '2100-01-01T00:00:00Z',
      sort: 'created',
      ...nextAfter(there('nextInQueue')),
    },
    needs: ['closedTicket', 'lowTicket'],
  },
  openTicket: { body: { ...NEW_TICKET, requester: 'user_123' } },
  countQueue: {},
  getDeskTicket: { path: { ticketId: there('ratedTicket') } },
  updateTicket: {
    path: { ticketId: there('takenTicket') },
    body: {
      status: 'Resolved',
      priority: 'Critical',
      categoryId: 'category_002',
      version: there('takenTicketVersion'),
    },
  },
  listTicketEvents: { path: { ticketId: there('ticket') }, query: nextAfter(there('nextTicketEvents')) },
  takeTicket: { path: { ticketId: there('ticket') } },
  assignTicket: { path: { ticketId: there('ticket') }, body: { agentId: 'agent_456' } },
  unassignTicket: { path: { ticketId: there('takenTicket') } },
  resolveTicket: { path: { ticketId: there('takenTicket') }, body: { resolution: 'The card had expired' } },
  changeTickets: {
    body: {
      ticketIds: [there('ticket'), there('otherTicket')],
      change: { status: 'In Progress', priority: 'High', categoryId: 'category_002', assignedAgent: 'agent_456' },
    },
  },
  replyToTicket: { path: { ticketId: there('ticket') }, body: { ...MESSAGE, version: there('ticketVersion') } },
  listDeskMessages: { path: { ticketId: there('ticket') }, query: olderThan(there('olderMessages')) },
  addNote: {
    path: { ticketId: there('ticket') },
    body: { content: 'Called the bank', attachments: ['file_id_123', 'file_id_456'], version: there('ticketVersion') },
  },
  listNotes: { path: { ticketId: there('ticket') }, query: olderThan(there('olderNotes')) },

  beatPresence: { path: { ticketId: there('ticket') }, body: { typing: true } },
  leavePresence: { path: { ticketId: there('ticket') } },

  listTags: { query: { prefix: 'ref', ...FIRST_PAGE }, needs: ['ticket'] },
  getTicketTags: { path: { ticketId: there('ticket') } },
  changeTicketTags: { path: { ticketId: there('ticket') }, body: { add: ['vip', 'card'], remove: ['refund', 'new'] } },
  listMacros: { query: { name: 'of', ...FIRST_PAGE }, needs: ['macro'] },
  createMacro: { body: { name: there('name'), text: 'About {{ticket.subject}}' } },
  changeMacro: { path: { macroId: there('macro') }, body: { name: there('otherName'), text: 'It is in work' } },
  deleteMacro: { path: { macroId: there('macro') } },
  renderMacro: { path: { macroId: there('macro') }, body: { ticketId: there('ticket') } },
  searchTickets: {
    query: {
      q: 'payment',
      status: ['Open', 'In Progress'],
      priority: ['Medium', 'High'],
      categoryId: 'category_001',
      assignee: 'me',
      unassigned: false,
      requester: 'user_123',
      tag: 'refund',
      ...nextAfter(there('nextFound')),
    },
    needs: ['closedTicket', 'lowTicket'],
  },

  lookUpProfiles: { body: { userIds: [there('namedAgent'), 'user_123'] } },
  listAgents: { query: { name: 'dana', limit: 10 }, needs: ['namedAgent'] },
  importProfiles: {
    body: {
      profiles: [
        { userId: 'agent_123', name: 'Dana Weber', email: 'dana@example.com', role: 'agent' },
        { userId: 'user_123', name: 'Ann Lee', email: 'ann@example.com', role: 'customer' },
      ],
    },
  },
  deleteProfile: { path: { userId: there('namedAgent') } },

  listViews: { needs: ['view'] },
  createView: { body: { name: there('name'), filters: VIEW_FILTERS, sort: 'priority', shared: true } },
  orderViews: { body: { shared: false, viewIds: there('ownViews') } },
  changeView: {
    path: { viewId: there('view') },
    body: { name: there('otherName'), filters: VIEW_FILTERS, sort: 'created', shared: false },
  },
  deleteView: { path: { viewId: there('view') } },

  listWebhooks: { needs: ['webhook'] },
  createWebhook: {
    body: {
      url: 'https://example.com/hook',
      description: 'Mails to customers',
      eventTypes: ['message.added', 'ticket.resolved'],
    },
    // Makes room.
    needs: ['webhook'],
  },
  getWebhook: { path: { webhookId: there('webhook') } },
  changeWebhook: {
    path: { webhookId: there('webhook') },
    body: {
      url: 'https://example.com/other',
      description: 'Mails to customers',
      eventTypes: ['message.added', 'ticket.resolved'],
    },
  },
  deleteWebhook: { path: { webhookId: there('webhook') } },
  pauseWebhook: { path: { webhookId: there('webhook') } },
  resumeWebhook: { path: { webhookId: there('webhook') }, body: { skip: true } },
  rotateWebhookSecret: { path: { webhookId: there('webhook') } },
  testWebhook: { path: { webhookId: there('webhook') } },
  listWebhookDeliveries: {
    path: { webhookId: there('webhook') },
    query: { state: 'failed', ...nextAfter(there('nextDeliveries')) },
  },
  getWebhookDelivery: { path: { webhookId: there('webhook'), deliveryId: there('delivery') } },
  redeliverWebhook: { path: { webhookId: there('webhook'), deliveryId: there('delivery') } },
  // Either `since` or `after`: a request has one of them.
  redeliverWebhookSince: {
    path: { webhookId: there('webhook') },
    body: { since: '2026-01-01T00:00:00Z' },
    without: ['after'],
  },

  listSlaTargets: {},
  setSlaTarget: { path: { priority: 'High' }, body: { firstResponseMinutes: 240, resolutionMinutes: 1440 } },
  getSlaCalendar: {},
  setSlaCalendar: {
    body: {
      timeZone: 'Europe/Berlin',
      weeklyHours: [
        { day: 'Monday', opens: '09:00', closes: '12:00' },
        { day: 'Monday', opens: '13:00', closes: '24:00' },
      ],
      holidays: [
        { date: '2026-12-25', name: 'Christmas Day' },
        { date: '2027-01-01', name: "New Year's Day" },
      ],
    },
  },
  listSlaBreaches: {
    query: {
      within: there('slaTarget'),
      priority: ['Medium', 'High'],
      categoryId: 'category_001',
      assignee: 'me',
      unassigned: false,
      ...FIRST_PAGE,
    },
    needs: ['lowTicket', 'takenTicket'],
  },
  getFigures: { query: PERIOD },
  getFigureSeries: {
    query: { ...PERIOD, every: 'week', timeZone: 'Europe/Berlin', categoryId: 'category_001', agent: 'me' },
  },
  listRatings: {
    query: {
      score: [4, 5],
      agent: 'me',
      categoryId: 'category_001',
      ratedFrom: PERIOD.from,
      ratedTo: '2100-01-01T00:00:00Z',
      ...FIRST_PAGE,
    },
    needs: ['badlyRatedTicket', 'ratedTicket'],
  },
  getRating: { path: { ticketId: there('ratedTicket') } },

  listDeskCategories: {},
  createCategory: { body: { name: there('name'), description: 'Lost, stolen or declined cards' } },
  changeCategory: {
    path: { categoryId: there('category') },
    body: { name: there('otherName'), description: 'Cards of any kind' },
  },
  orderCategories: { body: { categoryIds: there('activeCategories') } },
  archiveCategory: { path: { categoryId: there('category') } },
  restoreCategory: { path: { categoryId: there('archivedCategory') } },
  listEvents: { query: nextAfter(there('nextEvents')) },
};
