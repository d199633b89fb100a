import type { ErrorCode } from 'support-api/client';
import type { DeskEvent } from '../api/trpc.js';
import type { SignInFault } from '../session/sign-in-error.js';

const seconds = (ms: number | undefined) => (ms === undefined ? 'soon' : `in ${Math.ceil(ms / 1000)} s`);
const some = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const CTRL = isMac ? '⌘' : 'Ctrl';

const CODES: Partial<Record<ErrorCode, string>> = {
  FORBIDDEN: 'Your role may not do this.',
  TICKET_CLOSED: 'The ticket has been closed meanwhile, which is final. A note can still be added.',
  TICKET_FULL: 'The ticket has as many entries as it can take.',
  VERSION_CONFLICT: 'Somebody else has changed the ticket meanwhile. It shows their change now: look again.',
  NAME_TAKEN: 'Another one has this name: take another.',
  TOO_MANY_VIEWS: 'There are 100 views already: delete one that nobody needs.',
  TOO_MANY_TAGS: 'A ticket has at most 20 tags.',
  MACRO_TOO_LONG: 'Filled in for this ticket, the text is longer than a message may be.',
  IDEMPOTENCY_KEY_REUSED: 'This was sent before with another text. Put it back, and send it anew.',
  PAYLOAD_TOO_LARGE: 'This is too large.',
};

/** What an event of a ticket's history says, after who did it. */
function happened({ type, after, before }: DeskEvent): string {
  const to = (value: unknown) => String(value ?? 'nobody');
  switch (type) {
    case 'ticket.created':
      return 'opened the ticket';
    case 'message.added':
      return 'wrote a message';
    case 'note.added':
      return 'added an internal note';
    case 'ticket.assigned':
      return `assigned it to ${to(after.assignedAgent)}`;
    case 'ticket.unassigned':
      return 'put it back for anybody';
    case 'ticket.resolved':
      return 'resolved it';
    case 'ticket.reopened':
      return 'reopened it';
    case 'ticket.closed':
      return 'closed it';
    case 'ticket.tagged':
      return `changed the tags to ${[after.tags ?? []].flat().join(', ') || 'none'}`;
    case 'ticket.rated':
      return `rated it ${to(after.score)} of 5`;
    case 'file.removed':
      return `removed the file ${to(before.name)}`;
    default:
      return Object.keys(after)
        .map((name) => `changed ${name} from ${to(before[name])} to ${to(after[name])}`)
        .join(', ');
  }
}

export const en = {
  locale: 'en',
  title: 'Support desk',
  you: 'You',
  me: 'Me',
  system: 'System',
  nobody: 'Nobody',
  again: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  loading: 'Loading…',
  failed: 'This could not be loaded',
  offline: 'Offline',
  status: { Open: 'Open', 'In Progress': 'In progress', Resolved: 'Resolved', Closed: 'Closed' },
  priority: { Low: 'Low', Medium: 'Medium', High: 'High', Critical: 'Critical' },
  time: {
    moment: 'now',
    minutes: (n: number) => `${n} min`,
    hours: (n: number) => `${n} h`,
    days: (n: number) => `${n} d`,
  },
  due: {
    firstResponse: 'Answer',
    resolution: 'Resolution',
    in: (what: string, time: string) => `${what} due in ${time}`,
    overdue: (what: string, time: string) => `${what} ${time} overdue`,
  },
  errors: {
    offline: 'The server cannot be reached. Is the network there?',
    expired: 'Your sign-in has expired.',
    tooMany: (ms?: number) =>
      `That was more than the server takes from one user in a minute. It can be tried again ${seconds(ms)}.`,
    unavailable: (ms?: number) =>
      `The server has too much to do, or is just being restarted. It can be tried again ${seconds(ms)}.`,
    defect: (id?: string) => `Something failed on the server.${id ? ` Quote ${id} when you ask about it.` : ''}`,
    codes: CODES,
  },
  live: {
    connecting: 'Connecting…',
    live: 'Live',
    off: 'Not live',
    title: {
      connecting: 'What happens will show once the connection is there',
      live: 'What happens shows at once',
      off: 'The connection was refused: reload the page to see what happens',
    },
  },
  presence: {
    typing: (who: string[]) => `${who.join(', ')} ${who.length === 1 ? 'is' : 'are'} typing`,
    looking: (who: string[]) => `${who.join(', ')} ${who.length === 1 ? 'looks' : 'look'}`,
  },
  signIn: {
    explain: 'Sign in with a token of an agent or an admin.',
    token: 'Token',
    go: 'Sign in',
    refused: 'This token is not good: it may have expired, or be of another service.',
    development: 'In development, the service prints a link that signs in when it starts. A token of your own:',
    noDesk: 'No place at this desk',
    customer: (userId: string) => `${userId} is a customer here. The desk is for agents and admins.`,
    atIssuer: 'Sign in with the account of your organization.',
    left: 'You are signed out.',
    busy: 'One moment…',
    askForRole: 'If you work there, ask your administrator for the role, and sign in again.',
    issuerSays: 'The identity provider says:',
    faults: {
      denied: 'The sign-in was refused or cancelled, so you are not signed in.',
      stale: 'This sign-in was begun elsewhere, or too long ago. Sign in again.',
      elsewhere: 'You are signed in, in the window where you began. This one can be closed.',
      unreachable: 'The identity provider cannot be reached. Is the network there?',
      insecure: 'Browsers sign in over HTTPS alone. Open this page by its https address.',
      ended: 'Your sign-in has ended. Sign in again.',
      issuer: 'The identity provider could not sign you in. Tell your administrator.',
      refused: 'The service does not take the token of your identity provider. Tell your administrator.',
    } satisfies Record<SignInFault, string>,
    expired: 'Your sign-in has expired',
    expiredHint: 'What is on the screen stays, and nothing that you have typed is lost. Sign in again to go on.',
  },
  account: {
    menu: (userId: string) => `${userId}: menu`,
    signOut: 'Sign out',
    sure: 'The token is forgotten by this tab.',
    sureOfAll: 'You are signed out in all tabs, and at your identity provider.',
    drafts: (count: number) =>
      `${some(count, 'draft is', 'drafts are')} not sent. They are kept on this computer for you, or not.`,
    keep: 'Keep them and sign out',
    discard: 'Discard them and sign out',
  },
  views: {
    title: 'Views',
    open: 'Open',
    mine: 'Mine',
    unassigned: 'Unassigned',
    resolved: 'Resolved',
    closed: 'Closed',
    all: 'All tickets',
    own: 'Your views',
    shared: 'Shared views',
    save: 'Save this view',
    saveTitle: 'Save this view',
    name: 'Name',
    share: 'Everybody at the desk has it',
    saved: (name: string) => `“${name}” is saved`,
    menu: (name: string) => `${name}: change`,
    rename: 'Rename…',
    renameTitle: 'Rename the view',
    replace: 'Give it the filters shown now',
    shareIt: 'Share with everybody',
    unshareIt: 'Share no more',
    delete: 'Delete…',
    deleteTitle: (name: string) => `Delete the view “${name}”?`,
    deleteHint: 'Its tickets stay as they are.',
    deleteIt: 'Delete it',
    keep: 'Save',
    unknown: 'Its filters are not known here',
    failed: (name: string) => `${name}: not changed`,
  },
  queue: {
    title: 'Tickets',
    waits: 'waiting for',
    news: (count: number, isMore: boolean) => `${count}${isMore ? '+' : ''} new`,
    empty: 'No tickets here',
    emptyHint: 'Nothing matches this view. Change its filters, or choose another one.',
    notFound: 'Nothing found',
    notFoundHint: 'All words must be in one message. Try fewer, or the beginning of one: pay*',
    incomplete: 'There may be more: add a word to narrow it down.',
    moreFailed: 'The next tickets could not be loaded.',
  },
  bulk: {
    title: 'Chosen tickets',
    chosen: (count: number) => `${count} chosen`,
    select: (subject: string) => `Choose ${subject}`,
    clear: 'Choose none',
    assign: 'Assign',
    most: (count: number) => `At most ${count} at a time: the first ones are chosen`,
    close: (count: number) => `Close ${some(count, 'ticket')}?`,
    closeThem: 'Close them',
    done: (count: number) => `${some(count, 'ticket')} changed`,
    failed: 'Not changed',
    refused: (refused: number, all: number) => `${refused} of ${all} not changed`,
  },
  filters: {
    title: 'Filters and order',
    filter: 'Filter',
    add: 'Add a filter',
    sort: 'Order',
    remove: (name: string) => `Remove the filter ${name}`,
    unassigned: 'Nobody has it',
    assigned: 'Somebody has it',
    names: {
      status: 'Status',
      priority: 'Priority',
      categoryId: 'Category',
      assignee: 'Assignee',
      unassigned: 'Unassigned',
      requester: 'Customer',
      tag: 'Tag',
    },
    ranges: {
      createdFrom: 'Opened since',
      createdTo: 'Opened before',
      updatedFrom: 'Changed since',
      updatedTo: 'Changed before',
    },
    sorts: {
      waiting: 'Waiting longest',
      priority: 'Most urgent',
      updated: 'Last changed',
      created: 'Newest',
    },
  },
  picker: { nothing: 'Nothing to choose', use: 'use this' },
  search: { title: 'Search tickets', hint: 'Search all tickets', clear: 'Clear' },
  ticket: {
    conversation: 'Conversation',
    note: 'Internal note',
    customer: 'Customer',
    agent: 'Agent',
    older: (count: number) => `Show what is older (${count})`,
    newest: 'Newest',
    take: 'Take it',
    resolve: 'Resolve…',
    details: 'Details',
    missing: 'There is no such ticket',
  },
  properties: {
    title: 'Properties',
    status: 'Status',
    priority: 'Priority',
    category: 'Category',
    assignee: 'Assigned to',
    tags: 'Tags',
    noTags: 'No tags',
  },
  composer: {
    kind: 'What you write',
    names: { reply: 'Reply to customer', note: 'Internal note' },
    send: { reply: 'Send reply', note: 'Add note' },
    hints: {
      reply: 'Write to the customer. / for saved replies',
      note: 'Write to your colleagues',
    },
    draft: 'draft',
    toCustomer: 'Goes to',
    onlyAgents: 'Only agents see this',
    closed: 'This ticket is closed, which is final: its customer opens a new one. A note can still be added.',
    sendAndResolve: 'Send and resolve',
    keys: `${CTRL} Enter`,
    resolveKeys: `${CTRL} Shift Enter`,
    meanwhile: (who: string, kind: 'message' | 'note', more: number) =>
      `${who} has ${kind === 'note' ? 'added a note' : 'written'} since you began${more > 0 ? ` (and ${more} more)` : ''}:`,
    held: 'Not sent yet: send it again if it still fits.',
    seen: 'Seen',
  },
  macros: { title: 'Saved replies', failed: 'The saved reply could not be filled in', key: '/' },
  outbox: {
    sending: 'Sending…',
    waiting: 'Not sent yet, it is tried again by itself.',
    refused: 'Not sent.',
    overtaken: (who: string[]) => `${who.join(', ')} wrote before it arrived. Send it if it still fits.`,
    anyway: 'Send anyway',
    edit: 'Put it back to edit',
    notSent: (count: number) => `${count} not sent`,
  },
  changes: {
    failed: (what: string) => `${what}: not changed`,
    take: 'Take',
    assign: 'Assigned to',
    unassign: 'Assigned to',
    priority: 'Priority',
    category: 'Category',
    status: 'Status',
    resolve: 'Resolve',
    tags: 'Tags',
  },
  resolve: {
    title: 'Resolve this ticket',
    how: 'How it was resolved, for the history (optional)',
    only: 'Resolve',
    andNext: 'Resolve and next',
  },
  closing: {
    title: 'Close this ticket?',
    final: 'Closed is final: nobody can write to its customer or reopen it.',
    close: 'Close it',
  },
  files: {
    title: 'Files',
    elsewhere: (id: string) => `${id} (kept elsewhere)`,
    size: (bytes: number) =>
      bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`,
    failed: (name: string) => `${name} could not be opened`,
    open: (name: string) => `Open ${name}`,
    attach: 'Attach',
    attachHint: 'Attach files: or paste or drop them',
    toSend: 'Files to send',
    uploading: (name: string) => `${name} is being uploaded`,
    remove: (name: string) => `Remove ${name}`,
    wait: 'It can be sent once its files are there.',
    needText: 'Say something with the files.',
    expired: 'Attached too long ago: attach it again.',
    tooLarge: (bytes: number) => `Too large: at most ${(bytes / 1_048_576).toFixed(0)} MiB.`,
    tooLargeAny: 'Too large.',
    tooMany: 'You have too many files that are attached to nothing: send or remove some.',
    quota: (bytes: number) => `More than you may upload in a day, ${(bytes / 1_048_576).toFixed(0)} MiB.`,
    away: 'Files can’t be taken just now. Try it again in a moment.',
  },
  side: {
    title: 'Details',
    ticket: 'This ticket',
    id: 'Id',
    opened: 'Opened',
    waiting: 'Waits since',
    answered: 'First answer',
    resolved: 'Resolved',
    closed: 'Closed',
    resolution: 'Resolution',
    requester: 'Customer',
    noOthers: 'No other tickets',
    allOthers: 'All of their tickets',
    history: 'History',
    moreHistory: 'Show more',
  },
  history: { sentence: (who: string, event: DeskEvent) => `${who} ${happened(event)}` },
  places: {
    choose: 'Choose a ticket',
    first: 'opens the first one,',
    keys: 'shows all keys',
    missing: 'There is no such page',
    title: 'Places',
    names: { tickets: 'Tickets', figures: 'Figures', settings: 'Settings' },
    back: 'To the tickets',
  },
  commands: {
    reply: 'Reply to customer',
    note: 'Add internal note',
    take: 'Take this ticket',
    assignee: 'Assign…',
    status: 'Set status…',
    priority: 'Set priority…',
    category: 'Set category…',
    tags: 'Change tags…',
    resolve: 'Resolve…',
    details: 'Details',
    next: 'Next ticket',
    previous: 'Previous ticket',
    queue: 'Back to the tickets',
    search: 'Search…',
    select: 'Choose this ticket, for changes of many',
    view: (name: string) => `View: ${name}`,
    keys: 'Show all keys',
    goTo: (place: string) => `Go to ${place.toLowerCase()}`,
  },
  keys: {
    title: 'Keys',
    bar: 'Commands',
    barHint: 'What do you want to do?',
    barKeys: `${CTRL} K`,
    searchFor: (text: string) => `Search for “${text}”`,
    groups: { ticket: 'Ticket', move: 'Go', view: 'View', console: 'Desk' },
    name: (key: string) => (key.length === 1 ? key.toUpperCase() : key),
    single: 'Single letters are commands',
    sheet: [
      {
        title: 'Go',
        rows: [
          ['J', 'Next ticket'],
          ['K', 'Previous ticket'],
          ['U', 'Back to the tickets'],
          ['X', 'Choose, for changes of many'],
          ['/', 'Search'],
          ['1 … 6', 'Views'],
          [`${CTRL} K`, 'Commands'],
        ],
      },
      {
        title: 'Ticket',
        rows: [
          ['R', 'Reply'],
          ['N', 'Internal note'],
          ['T', 'Take it'],
          ['A', 'Assign'],
          ['S', 'Status'],
          ['P', 'Priority'],
          ['C', 'Category'],
          ['L', 'Tags'],
          ['E', 'Resolve'],
          ['I', 'Details'],
        ],
      },
      {
        title: 'Writing',
        rows: [
          [`${CTRL} Enter`, 'Send'],
          [`${CTRL} Shift Enter`, 'Send, resolve, next'],
          ['/', 'Saved replies, in an empty field'],
          ['Esc', 'Leave the field'],
        ],
      },
    ] as { title: string; rows: [keys: string, what: string][] }[],
  },
};
