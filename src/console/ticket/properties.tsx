import { useQuery } from '@tanstack/react-query';
import { type Author, STEPS, TICKET_PRIORITIES, TICKET_STATUSES, type TicketStatus } from '../../tickets/lifecycle.js';
import { type DeskTicket, useTRPC } from '../api/trpc.js';
import { session } from '../session/session.js';
import { Priority, Status } from '../ui/labels.js';
import { Person, useAgents, usePersonName } from '../ui/person.js';
import { Picker } from '../ui/picker.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import { knownAgents } from './known-agents.js';
import styles from './properties.module.css';
import { useCategories } from './use-categories.js';
import type { useTicketChange } from './use-ticket-change.js';

export type Property = 'status' | 'priority' | 'category' | 'assignee' | 'tags';

interface PropertiesProps {
  ticket: DeskTicket;
  change: ReturnType<typeof useTicketChange>;
  /** The one whose list is open. */
  opened: Property | undefined;
  onOpen(property: Property | undefined): void;
  /** Closing is final: it is asked for first. */
  onClose(): void;
}

const NOBODY = ' ';
const MOST_TAGS = 100;

/** What a ticket is: each a button that opens what it can be. */
export function Properties({ ticket, change, opened, onOpen, onClose }: PropertiesProps) {
  const trpc = useTRPC();
  const nameOf = usePersonName();
  const account = useStore(session.account);
  const { categories, nameOfCategory } = useCategories();
  const tags = useQuery({ ...trpc.desk.tags.list.queryOptions({ limit: MOST_TAGS }), enabled: opened === 'tags' });
  const isClosed = ticket.status === 'Closed';
  const control = (property: Property) => ({
    label: t.properties[property],
    open: opened === property,
    onOpenChange: (open: boolean) => onOpen(open ? property : undefined),
    className: styles.button,
  });
  const named = useAgents();
  const agents = [...new Set([account?.userId ?? '', ...knownAgents(ticket), ...named])].filter(Boolean);

  return (
    <fieldset className={styles.properties} aria-label={t.properties.title}>
      <Picker
        {...control('status')}
        disabled={isClosed}
        choices={stepsFrom(ticket.status).map((status) => ({ value: status, label: t.status[status] }))}
        value={[ticket.status]}
        onChoose={([value]) => {
          const status = TICKET_STATUSES.find((one) => one === value);
          if (status === 'Closed') onClose();
          else if (status !== undefined && status !== ticket.status) change.setStatus(status);
        }}
      >
        <Status status={ticket.status} />
      </Picker>
      <Picker
        {...control('priority')}
        disabled={isClosed}
        choices={TICKET_PRIORITIES.toReversed().map((priority) => ({ value: priority, label: t.priority[priority] }))}
        value={[ticket.priority]}
        onChoose={([value]) => {
          const priority = TICKET_PRIORITIES.find((one) => one === value);
          if (priority !== undefined && priority !== ticket.priority) change.setPriority(priority);
        }}
      >
        <Priority priority={ticket.priority} />
      </Picker>
      <Picker
        {...control('category')}
        disabled={isClosed}
        choices={categories.map(({ categoryId, name }) => ({ value: categoryId, label: name }))}
        value={[ticket.categoryId]}
        onChoose={([value]) => value && value !== ticket.categoryId && change.setCategory(value)}
      >
        {nameOfCategory(ticket.categoryId)}
      </Picker>
      <Picker
        {...control('assignee')}
        disabled={isClosed}
        choices={[
          ...agents.map((agent) => ({ value: agent, label: agent === account?.userId ? t.me : nameOf(agent) })),
          { value: NOBODY, label: t.nobody },
        ]}
        value={[ticket.assignedAgent ?? NOBODY]}
        custom={(typed) => typed}
        onChoose={([value]) =>
          value && value !== (ticket.assignedAgent ?? NOBODY) && change.assign(value === NOBODY ? null : value)
        }
      >
        {ticket.assignedAgent === null ? t.nobody : <Person id={ticket.assignedAgent} />}
      </Picker>
      <Picker
        {...control('tags')}
        multiple
        choices={(tags.data ?? []).map((tag) => ({ value: tag, label: tag }))}
        value={ticket.tags}
        custom={(typed) => typed.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, '-')}
        onChoose={(chosen) => change.setTags(chosen)}
      >
        {ticket.tags.length === 0 ? (
          <span className={styles.none}>{t.properties.noTags}</span>
        ) : (
          <bdi>{ticket.tags.join(', ')}</bdi>
        )}
      </Picker>
    </fieldset>
  );
}

/** Where the desk may go from a status, and that itself. */
function stepsFrom(from: TicketStatus): TicketStatus[] {
  const who: Author = 'desk';
  return TICKET_STATUSES.filter((to) => to === from || STEPS[from][to]?.includes(who));
}
