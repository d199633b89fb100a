import { Link } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { supportError } from 'support-api/client';
import type { DeskTicket } from '../api/trpc.js';
import { useCommands } from '../keys/commands.js';
import { singleKeys } from '../keys/use-keyboard.js';
import { usePresenceAt, WhoIsHere } from '../live/presence.js';
import { useDesk } from '../shell/desk-context.js';
import { Button } from '../ui/button.js';
import { Due } from '../ui/labels.js';
import { useMedia } from '../ui/media.js';
import { Modal } from '../ui/modal.js';
import { Person } from '../ui/person.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Since } from '../ui/time.js';
import { t } from '../words/words.js';
import { Composer, type ComposerHandle } from './composer.js';
import { Conversation } from './conversation.js';
import { Properties, type Property } from './properties.js';
import { CloseDialog, ResolveDialog } from './resolve-dialog.js';
import { SidePanel } from './side-panel.js';
import styles from './ticket-page.module.css';
import { useTicket } from './use-ticket.js';
import { useTicketChange } from './use-ticket-change.js';

/** One ticket: what it is, what was said, what is answered. */
export function TicketPage({ ticketId }: { ticketId: string }) {
  const { data, error, refetch, news } = useTicket(ticketId);
  if (data === undefined) {
    return (
      <main className={styles.page}>
        <h1 className="visually-hidden">{t.side.ticket}</h1>
        <BackToQueue />
        {error === null ? (
          <Loading />
        ) : isMissing(error) ? (
          <Empty title={t.ticket.missing} />
        ) : (
          <Failed error={error} onRetry={() => void refetch()} />
        )}
      </main>
    );
  }
  return (
    <main className={styles.page}>
      <p className="visually-hidden" role="status">
        {news}
      </p>
      <OpenTicket ticket={data} />
    </main>
  );
}

function isMissing(error: unknown): boolean {
  return supportError(error)?.code === 'NOT_FOUND';
}

function BackToQueue() {
  return (
    <Link to="/" search={(before) => before} className={styles.back}>
      ← {t.queue.title}
    </Link>
  );
}

function OpenTicket({ ticket }: { ticket: DeskTicket }) {
  const { ticketId, status } = ticket;
  const { goTo } = useDesk();
  const change = useTicketChange(ticketId);
  const type = usePresenceAt(ticketId);
  const composer = useRef<ComposerHandle>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [opened, open] = useState<Property>();
  const [asking, ask] = useState<'resolve' | 'close'>();
  const [hasDetails, showDetails] = useState(false);
  const hasRoom = useMedia('(min-width: 90rem)');
  const side = useRef<HTMLElement>(null);
  const seeDetails = () => (hasRoom ? side.current?.focus() : showDetails((shown) => !shown));
  const canResolve = status === 'Open' || status === 'In Progress';

  useEffect(() => {
    if (hasRoom) showDetails(false);
  }, [hasRoom]);
  useEffect(() => {
    document.title = `${ticket.subject} · ${t.title}`;
    return () => {
      document.title = t.title;
    };
  }, [ticket.subject]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each ticket
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [ticketId]);

  const property = (id: Property, key: string) => ({
    id,
    key,
    label: t.commands[id],
    group: 'ticket' as const,
    run: () => open(id),
  });
  const isOpen = status !== 'Closed';
  useCommands([
    { id: 'reply', key: 'r', label: t.commands.reply, group: 'ticket', run: () => composer.current?.write('reply') },
    { id: 'note', key: 'n', label: t.commands.note, group: 'ticket', run: () => composer.current?.write('note') },
    ...(isOpen
      ? [
          { id: 'take', key: 't', label: t.commands.take, group: 'ticket' as const, run: change.take },
          property('assignee', 'a'),
          property('status', 's'),
          property('priority', 'p'),
          property('category', 'c'),
        ]
      : []),
    property('tags', 'l'),
    ...(canResolve
      ? [{ id: 'resolve', key: 'e', label: t.commands.resolve, group: 'ticket' as const, run: () => ask('resolve') }]
      : []),
    { id: 'details', key: 'i', label: t.commands.details, group: 'ticket', run: seeDetails },
  ]);

  return (
    <>
      <div className={styles.main}>
        <header className={styles.header}>
          <div className={styles.top}>
            <BackToQueue />
            <h1 className={styles.subject} ref={heading} tabIndex={-1}>
              <bdi>{ticket.subject}</bdi>
            </h1>
            <span className={styles.buttons}>
              {isOpen && ticket.assignedAgent === null && <Button onClick={change.take}>{t.ticket.take}</Button>}
              {canResolve && <Button onClick={() => ask('resolve')}>{t.ticket.resolve}</Button>}
              {!hasRoom && (
                <Button aria-haspopup="dialog" onClick={() => showDetails(true)}>
                  {t.ticket.details}
                </Button>
              )}
            </span>
          </div>
          <p className={styles.facts}>
            <span>
              <Person id={ticket.userId} />
            </span>
            {ticket.waitingSince !== null && (
              <span>
                {t.queue.waits} <Since at={ticket.waitingSince} />
              </span>
            )}
            <Due {...ticket} />
            <WhoIsHere ticketId={ticketId} asRead={ticket.presence} />
          </p>
          <Properties ticket={ticket} change={change} opened={opened} onOpen={open} onClose={() => ask('close')} />
        </header>
        <Conversation key={ticketId} ticket={ticket} />
        <Composer
          key={`composer ${ticketId}`}
          ref={composer}
          ticket={ticket}
          onTyping={type}
          onSent={(andNext) => andNext && goTo('next')}
        />
      </div>
      {hasRoom ? (
        <SidePanel ticket={ticket} ref={side} />
      ) : (
        <Modal
          title={t.side.title}
          open={hasDetails}
          onClose={() => showDetails(false)}
          look="drawer"
          onKeyDown={({ key }) => key === 'i' && singleKeys.value && showDetails(false)}
        >
          <SidePanel ticket={ticket} />
        </Modal>
      )}
      <ResolveDialog
        open={asking === 'resolve'}
        onClose={() => ask(undefined)}
        onResolve={(resolution, andNext) => {
          ask(undefined);
          change.resolve(resolution);
          if (andNext) goTo('next');
        }}
      />
      <CloseDialog
        open={asking === 'close'}
        onCancel={() => ask(undefined)}
        onClose={() => {
          ask(undefined);
          change.setStatus('Closed');
        }}
      />
    </>
  );
}
