import type { ErrorCode } from 'support-api/client';
import type { DeskEvent } from '../api/trpc.js';
import type { SignInFault } from '../session/sign-in-error.js';
import type { Words } from './words.js';

const seconds = (ms: number | undefined) => (ms === undefined ? 'bald' : `in ${Math.ceil(ms / 1000)} s`);
const some = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const CTRL = isMac ? '⌘' : 'Strg';
const megabytes = new Intl.NumberFormat('de', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const status = { Open: 'Offen', 'In Progress': 'In Arbeit', Resolved: 'Gelöst', Closed: 'Geschlossen' };
const priority = { Low: 'Niedrig', Medium: 'Mittel', High: 'Hoch', Critical: 'Kritisch' };
const fields: Record<string, string> = { status: 'Status', priority: 'Priorität', categoryId: 'Kategorie' };

const CODES: Partial<Record<ErrorCode, string>> = {
  FORBIDDEN: 'Das darf Ihre Rolle nicht.',
  TICKET_CLOSED: 'Das Ticket wurde inzwischen geschlossen, und das ist endgültig. Notizen sind noch möglich.',
  TICKET_FULL: 'Das Ticket hat so viele Einträge, wie es aufnehmen kann.',
  VERSION_CONFLICT:
    'Jemand anderes hat das Ticket inzwischen geändert. Jetzt ist diese Änderung zu sehen: bitte prüfen.',
  NAME_TAKEN: 'Diesen Namen gibt es schon: bitte einen anderen wählen.',
  TOO_MANY_VIEWS: 'Es gibt schon 100 Ansichten: Löschen Sie eine, die niemand braucht.',
  TOO_MANY_TAGS: 'Ein Ticket hat höchstens 20 Schlagwörter.',
  MACRO_TOO_LONG: 'Für dieses Ticket ausgefüllt ist der Text länger, als eine Nachricht sein darf.',
  IDEMPOTENCY_KEY_REUSED:
    'Das wurde schon mit einem anderen Text gesendet. Holen Sie es zurück, und senden Sie es neu.',
  PAYLOAD_TOO_LARGE: 'Das ist zu groß.',
};

/** What an event of a ticket's history says, after who did it. */
function happened({ type, after, before }: DeskEvent): string {
  const named = { ...status, ...priority } as Record<string, string>;
  const to = (value: unknown) => named[String(value)] ?? String(value ?? 'niemand');
  switch (type) {
    case 'ticket.created':
      return 'hat das Ticket eröffnet';
    case 'message.added':
      return 'hat eine Nachricht geschrieben';
    case 'note.added':
      return 'hat eine interne Notiz hinzugefügt';
    case 'ticket.assigned':
      return `hat es ${to(after.assignedAgent)} zugewiesen`;
    case 'ticket.unassigned':
      return 'hat es für alle freigegeben';
    case 'ticket.resolved':
      return 'hat es gelöst';
    case 'ticket.reopened':
      return 'hat es wieder geöffnet';
    case 'ticket.closed':
      return 'hat es geschlossen';
    case 'ticket.tagged':
      return `hat die Schlagwörter geändert: ${[after.tags ?? []].flat().join(', ') || 'keine'}`;
    case 'ticket.rated':
      return `hat es mit ${to(after.score)} von 5 bewertet`;
    case 'file.removed':
      return `hat die Datei ${to(before.name)} entfernt`;
    default:
      return Object.keys(after)
        .map((name) => `hat ${fields[name] ?? name} von ${to(before[name])} auf ${to(after[name])} geändert`)
        .join(', ');
  }
}

export const de: Words = {
  locale: 'de',
  title: 'Support',
  you: 'Sie',
  me: 'Ich',
  system: 'System',
  nobody: 'Niemand',
  again: 'Erneut versuchen',
  cancel: 'Abbrechen',
  close: 'Schließen',
  loading: 'Wird geladen…',
  failed: 'Das konnte nicht geladen werden',
  offline: 'Offline',
  status,
  priority,
  time: {
    moment: 'jetzt',
    minutes: (n) => `${n} Min.`,
    hours: (n) => `${n} Std.`,
    days: (n) => some(n, 'Tag', 'Tage'),
  },
  due: {
    firstResponse: 'Antwort',
    resolution: 'Lösung',
    in: (what, time) => `${what}: Frist in ${time}`,
    overdue: (what, time) => `${what}: Frist um ${time} überschritten`,
  },
  errors: {
    offline: 'Der Server ist nicht erreichbar. Besteht eine Verbindung zum Netz?',
    expired: 'Ihre Anmeldung ist abgelaufen.',
    tooMany: (ms) =>
      `Das war mehr, als der Server in einer Minute von einer Person annimmt. Ein neuer Versuch ist ${seconds(ms)} möglich.`,
    unavailable: (ms) =>
      `Der Server hat zu viel zu tun oder startet gerade neu. Ein neuer Versuch ist ${seconds(ms)} möglich.`,
    defect: (id) => `Auf dem Server ist etwas fehlgeschlagen.${id ? ` Nennen Sie ${id}, wenn Sie danach fragen.` : ''}`,
    codes: CODES,
  },
  live: {
    connecting: 'Verbindet…',
    live: 'Live',
    off: 'Nicht live',
    title: {
      connecting: 'Was geschieht, ist zu sehen, sobald die Verbindung steht',
      live: 'Was geschieht, ist sofort zu sehen',
      off: 'Die Verbindung wurde abgelehnt: Laden Sie die Seite neu, um zu sehen, was geschieht',
    },
  },
  presence: {
    typing: (who) => `${who.join(', ')} ${who.length === 1 ? 'schreibt' : 'schreiben'} gerade`,
    looking: (who) => `${who.join(', ')} ${who.length === 1 ? 'sieht' : 'sehen'} es an`,
  },
  signIn: {
    explain: 'Melden Sie sich mit einem Token für Agenten oder Admins an.',
    token: 'Token',
    go: 'Anmelden',
    refused: 'Dieses Token gilt nicht: Es ist abgelaufen oder gehört zu einem anderen Dienst.',
    development: 'Bei der Entwicklung gibt der Dienst beim Start einen Link aus, der anmeldet. Ein eigenes Token:',
    noDesk: 'Hier ist kein Platz für Sie',
    customer: (userId) => `${userId} ist hier Kunde. Dieser Bereich ist für Agenten und Admins.`,
    atIssuer: 'Melden Sie sich mit dem Konto Ihrer Organisation an.',
    left: 'Sie sind abgemeldet.',
    busy: 'Einen Moment…',
    askForRole: 'Wenn Sie hier arbeiten, bitten Sie Ihre Administration um die Rolle, und melden Sie sich neu an.',
    issuerSays: 'Der Anmeldedienst meldet:',
    faults: {
      denied: 'Die Anmeldung wurde abgelehnt oder abgebrochen, Sie sind also nicht angemeldet.',
      stale: 'Diese Anmeldung wurde anderswo oder vor zu langer Zeit begonnen. Melden Sie sich neu an.',
      elsewhere: 'Sie sind in dem Fenster angemeldet, in dem Sie begonnen haben. Dieses können Sie schließen.',
      unreachable: 'Der Anmeldedienst ist nicht erreichbar. Besteht eine Verbindung zum Netz?',
      insecure: 'Browser melden nur über HTTPS an. Öffnen Sie diese Seite mit ihrer https-Adresse.',
      ended: 'Ihre Anmeldung ist beendet. Melden Sie sich neu an.',
      issuer: 'Der Anmeldedienst konnte Sie nicht anmelden. Sagen Sie es Ihrer Administration.',
      refused: 'Der Dienst nimmt das Token Ihres Anmeldedienstes nicht an. Sagen Sie es Ihrer Administration.',
    } satisfies Record<SignInFault, string>,
    expired: 'Ihre Anmeldung ist abgelaufen',
    expiredHint:
      'Die Seite bleibt, wie sie ist, und nichts Geschriebenes geht verloren. Melden Sie sich an, um weiterzuarbeiten.',
  },
  account: {
    menu: (userId) => `${userId}: Menü`,
    signOut: 'Abmelden',
    sure: 'Dieser Tab vergisst das Token.',
    sureOfAll: 'Sie werden in allen Tabs und beim Anmeldedienst abgemeldet.',
    drafts: (count) =>
      `${some(count, 'Entwurf ist', 'Entwürfe sind')} nicht gesendet. Sollen sie auf diesem Computer für Sie aufgehoben werden?`,
    keep: 'Aufheben und abmelden',
    discard: 'Verwerfen und abmelden',
  },
  views: {
    title: 'Ansichten',
    open: 'Offen',
    mine: 'Meine',
    unassigned: 'Ohne Agent',
    resolved: 'Gelöst',
    closed: 'Geschlossen',
    all: 'Alle Tickets',
    own: 'Ihre Ansichten',
    shared: 'Gemeinsame Ansichten',
    save: 'Ansicht speichern',
    saveTitle: 'Diese Ansicht speichern',
    name: 'Name',
    share: 'Für alle Agenten',
    saved: (name) => `„${name}“ ist gespeichert`,
    menu: (name) => `${name}: ändern`,
    rename: 'Umbenennen…',
    renameTitle: 'Ansicht umbenennen',
    replace: 'Die jetzigen Filter übernehmen',
    shareIt: 'Mit allen teilen',
    unshareIt: 'Nicht mehr teilen',
    delete: 'Löschen…',
    deleteTitle: (name) => `Ansicht „${name}“ löschen?`,
    deleteHint: 'Ihre Tickets bleiben, wie sie sind.',
    deleteIt: 'Löschen',
    keep: 'Speichern',
    unknown: 'Ihre Filter sind hier nicht bekannt',
    failed: (name) => `${name}: nicht geändert`,
  },
  queue: {
    title: 'Tickets',
    waits: 'wartet seit',
    news: (count, isMore) => `${count}${isMore ? '+' : ''} ${count === 1 && !isMore ? 'neues' : 'neue'}`,
    empty: 'Keine Tickets',
    emptyHint: 'Nichts passt zu dieser Ansicht. Ändern Sie die Filter, oder wählen Sie eine andere.',
    notFound: 'Nichts gefunden',
    notFoundHint:
      'Alle Wörter müssen in einer Nachricht stehen. Versuchen Sie es mit weniger oder mit einem Wortanfang: zahl*',
    incomplete: 'Vielleicht gibt es mehr: Ein weiteres Wort grenzt es ein.',
    moreFailed: 'Die nächsten Tickets konnten nicht geladen werden.',
  },
  bulk: {
    title: 'Ausgewählte Tickets',
    chosen: (count) => `${count} ausgewählt`,
    select: (subject) => `${subject} auswählen`,
    clear: 'Auswahl aufheben',
    assign: 'Zuweisen',
    most: (count) => `Höchstens ${count} auf einmal: Die ersten sind ausgewählt`,
    close: (count) => `${some(count, 'Ticket', 'Tickets')} schließen?`,
    closeThem: 'Endgültig schließen',
    done: (count) => `${some(count, 'Ticket', 'Tickets')} geändert`,
    failed: 'Nicht geändert',
    refused: (refused, all) => `${refused} von ${all} nicht geändert`,
  },
  filters: {
    title: 'Filter und Reihenfolge',
    filter: 'Filter',
    add: 'Filter hinzufügen',
    sort: 'Reihenfolge',
    remove: (name) => `Filter entfernen: ${name}`,
    unassigned: 'Niemand hat es',
    assigned: 'Jemand hat es',
    names: {
      status: 'Status',
      priority: 'Priorität',
      categoryId: 'Kategorie',
      assignee: 'Zugewiesen',
      unassigned: 'Nicht zugewiesen',
      requester: 'Kunde',
      tag: 'Schlagwort',
    },
    ranges: {
      createdFrom: 'Eröffnet seit',
      createdTo: 'Eröffnet vor',
      updatedFrom: 'Geändert seit',
      updatedTo: 'Geändert vor',
    },
    sorts: {
      waiting: 'Wartet am längsten',
      priority: 'Dringendste zuerst',
      updated: 'Zuletzt geändert',
      created: 'Neueste zuerst',
    },
  },
  picker: { nothing: 'Nichts zur Auswahl', use: 'übernehmen' },
  search: { title: 'Tickets suchen', hint: 'In allen Tickets suchen', clear: 'Zurücksetzen' },
  ticket: {
    conversation: 'Verlauf',
    note: 'Interne Notiz',
    customer: 'Kunde',
    agent: 'Agent',
    older: (count) => `Älteres zeigen (${count})`,
    newest: 'Neueste',
    take: 'Übernehmen',
    resolve: 'Lösen…',
    details: 'Details',
    missing: 'Dieses Ticket gibt es nicht',
  },
  properties: {
    title: 'Eigenschaften',
    status: 'Status',
    priority: 'Priorität',
    category: 'Kategorie',
    assignee: 'Zugewiesen an',
    tags: 'Schlagwörter',
    noTags: 'Keine Schlagwörter',
  },
  composer: {
    kind: 'Was Sie schreiben',
    names: { reply: 'Antwort an Kunden', note: 'Interne Notiz' },
    send: { reply: 'Antwort senden', note: 'Notiz hinzufügen' },
    hints: {
      reply: 'Schreiben Sie dem Kunden. / für Textbausteine',
      note: 'Schreiben Sie Ihrem Team',
    },
    draft: 'Entwurf',
    toCustomer: 'Geht an',
    onlyAgents: 'Nur Agenten sehen das',
    closed:
      'Dieses Ticket ist geschlossen, und das ist endgültig: Der Kunde eröffnet ein neues. Notizen sind noch möglich.',
    sendAndResolve: 'Senden und lösen',
    keys: `${CTRL} Eingabe`,
    resolveKeys: `${CTRL} Umschalt Eingabe`,
    meanwhile: (who, kind, more) =>
      `${who} hat ${kind === 'note' ? 'eine Notiz hinzugefügt' : 'geschrieben'}, seit Sie begonnen haben${more > 0 ? ` (und ${more} weitere)` : ''}:`,
    held: 'Noch nicht gesendet: Senden Sie es noch einmal, wenn es noch passt.',
    seen: 'Gesehen',
  },
  macros: { title: 'Textbausteine', failed: 'Der Textbaustein konnte nicht ausgefüllt werden', key: '/' },
  outbox: {
    sending: 'Wird gesendet…',
    waiting: 'Noch nicht gesendet, wird von selbst wieder versucht.',
    refused: 'Nicht gesendet.',
    overtaken: (who) =>
      `${who.join(', ')} ${who.length === 1 ? 'hat' : 'haben'} vorher geschrieben. Senden Sie es, wenn es noch passt.`,
    anyway: 'Trotzdem senden',
    edit: 'Zum Bearbeiten zurückholen',
    notSent: (count) => `${count} nicht gesendet`,
  },
  changes: {
    failed: (what) => `${what}: nicht geändert`,
    take: 'Übernehmen',
    assign: 'Zugewiesen an',
    unassign: 'Zugewiesen an',
    priority: 'Priorität',
    category: 'Kategorie',
    status: 'Status',
    resolve: 'Lösen',
    tags: 'Schlagwörter',
  },
  resolve: {
    title: 'Dieses Ticket lösen',
    how: 'Wie es gelöst wurde, für die Historie (freiwillig)',
    only: 'Lösen',
    andNext: 'Lösen und weiter',
  },
  closing: {
    title: 'Dieses Ticket schließen?',
    final: 'Das ist endgültig: Niemand kann dem Kunden mehr schreiben oder es wieder öffnen.',
    close: 'Endgültig schließen',
  },
  files: {
    title: 'Dateien',
    elsewhere: (id) => `${id} (anderswo gespeichert)`,
    size: (bytes) =>
      bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${megabytes.format(bytes / 1_000_000)} MB`,
    failed: (name) => `${name} konnte nicht geöffnet werden`,
    open: (name) => `${name} öffnen`,
    attach: 'Anhängen',
    attachHint: 'Dateien anhängen: auch durch Einfügen oder Ziehen',
    toSend: 'Dateien zum Senden',
    uploading: (name) => `${name} wird hochgeladen`,
    remove: (name) => `${name} entfernen`,
    wait: 'Es kann gesendet werden, sobald die Dateien da sind.',
    needText: 'Schreiben Sie etwas zu den Dateien.',
    expired: 'Vor zu langer Zeit angehängt: bitte noch einmal anhängen.',
    tooLarge: (bytes) => `Zu groß: höchstens ${(bytes / 1_048_576).toFixed(0)} MiB.`,
    tooLargeAny: 'Zu groß.',
    tooMany: 'Sie haben zu viele Dateien, die noch nirgends angehängt sind: Senden oder entfernen Sie einige.',
    quota: (bytes) => `Mehr, als Sie an einem Tag hochladen können: ${(bytes / 1_048_576).toFixed(0)} MiB.`,
    away: 'Dateien werden gerade nicht angenommen. Versuchen Sie es gleich noch einmal.',
  },
  side: {
    title: 'Details',
    ticket: 'Dieses Ticket',
    id: 'Id',
    opened: 'Eröffnet',
    waiting: 'Wartet seit',
    answered: 'Erste Antwort',
    resolved: 'Gelöst',
    closed: 'Geschlossen',
    resolution: 'Lösung',
    requester: 'Kunde',
    noOthers: 'Keine anderen Tickets',
    allOthers: 'Alle Tickets dieses Kunden',
    history: 'Historie',
    moreHistory: 'Mehr zeigen',
  },
  history: { sentence: (who, event) => `${who} ${happened(event)}` },
  places: {
    choose: 'Wählen Sie ein Ticket',
    first: 'öffnet das erste,',
    keys: 'zeigt alle Tasten',
    missing: 'Diese Seite gibt es nicht',
    title: 'Bereiche',
    names: { tickets: 'Tickets', figures: 'Kennzahlen', settings: 'Einstellungen' },
    back: 'Zu den Tickets',
  },
  commands: {
    reply: 'Kunden antworten',
    note: 'Interne Notiz hinzufügen',
    take: 'Dieses Ticket übernehmen',
    assignee: 'Zuweisen…',
    status: 'Status setzen…',
    priority: 'Priorität setzen…',
    category: 'Kategorie setzen…',
    tags: 'Schlagwörter ändern…',
    resolve: 'Lösen…',
    details: 'Details',
    next: 'Nächstes Ticket',
    previous: 'Voriges Ticket',
    queue: 'Zurück zu den Tickets',
    search: 'Suchen…',
    select: 'Dieses Ticket auswählen, um viele zu ändern',
    view: (name) => `Ansicht: ${name}`,
    keys: 'Alle Tasten zeigen',
    goTo: (place) => `Gehe zu: ${place}`,
  },
  keys: {
    title: 'Tasten',
    bar: 'Befehle',
    barHint: 'Was möchten Sie tun?',
    barKeys: `${CTRL} K`,
    searchFor: (text) => `Nach „${text}“ suchen`,
    groups: { ticket: 'Ticket', move: 'Gehe zu', view: 'Ansicht', console: 'Allgemein' },
    name: (key) => (key.length === 1 ? key.toUpperCase() : key),
    single: 'Einzelne Buchstaben sind Befehle',
    sheet: [
      {
        title: 'Gehe zu',
        rows: [
          ['J', 'Nächstes Ticket'],
          ['K', 'Voriges Ticket'],
          ['U', 'Zurück zu den Tickets'],
          ['X', 'Auswählen, um viele zu ändern'],
          ['/', 'Suchen'],
          ['1 … 6', 'Ansichten'],
          [`${CTRL} K`, 'Befehle'],
        ],
      },
      {
        title: 'Ticket',
        rows: [
          ['R', 'Antworten'],
          ['N', 'Interne Notiz'],
          ['T', 'Übernehmen'],
          ['A', 'Zuweisen'],
          ['S', 'Status'],
          ['P', 'Priorität'],
          ['C', 'Kategorie'],
          ['L', 'Schlagwörter'],
          ['E', 'Lösen'],
          ['I', 'Details'],
        ],
      },
      {
        title: 'Schreiben',
        rows: [
          [`${CTRL} Eingabe`, 'Senden'],
          [`${CTRL} Umschalt Eingabe`, 'Senden, lösen, weiter'],
          ['/', 'Textbausteine, im leeren Feld'],
          ['Esc', 'Feld verlassen'],
        ],
      },
    ],
  },
};
