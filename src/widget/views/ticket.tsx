import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conversation, Shown } from '../state/conversation.js';
import { explain } from '../state/explain.js';
import type { Outgoing } from '../state/outbox.js';
import { t } from '../words/words.js';
import { CloseTicket } from './close-ticket.js';
import { Composer } from './composer.js';
import { useDesk, useSupport } from './context.js';
import { Entry, OutgoingEntry } from './entry.js';
import { Status } from './home.js';
import { Loading, Notice } from './parts.js';
import { Rate } from './rate.js';
import { useStore } from './use-store.js';

export function TicketView() {
  const conversation = useStore(useDesk().conversation);
  return conversation && <TicketOf key={conversation.ticketId} conversation={conversation} />;
}

function TicketOf({ conversation }: { conversation: Conversation }) {
  const shown = useStore(conversation.shown);
  const failure = useStore(conversation.reader.failure);
  if (shown) return <TicketPage conversation={conversation} shown={shown} />;
  if (failure === undefined) return <Loading />;
  return (
    <Notice kind="bad" isAlert onAgain={conversation.reader.again}>
      {t.ticket.failed} {failure}
    </Notice>
  );
}

function TicketPage({ conversation, shown }: { conversation: Conversation; shown: Shown }) {
  const { ticket } = shown;
  const { ticketId, status } = ticket;
  const { drafts, outbox } = useDesk();
  const outgoing = useStore(outbox.items).filter((item) => item.kind === 'message' && item.ticketId === ticketId);
  const isOver = status === 'Resolved' || status === 'Closed';
  const support = useSupport();
  const [isClosing, setClosing] = useState(false);
  /** With what was still to be said here. */
  const beginNew = () => {
    const { text, files } = drafts.get(`message/${ticketId}`);
    if (text !== '' || files.length > 0) drafts.putBack('new', { subject: ticket.subject, text, files });
    drafts.clear(`message/${ticketId}`);
    support.go({ name: 'new' });
  };
  return (
    <div class="ticket">
      <Scroller last={`${lastOf(shown, outgoing)} ${status}`}>
        <div class="about">
          <h3>
            <bdi>{ticket.subject}</bdi>
          </h3>
          <p class="line">
            <Status status={status} />
            {status !== 'Closed' && !isClosing && (
              <button type="button" class="link close-ticket" onClick={() => setClosing(true)}>
                {t.closing.open}
              </button>
            )}
          </p>
          {isClosing && status !== 'Closed' && (
            <CloseTicket ticketId={ticketId} onDone={() => setClosing(false)} onClosed={conversation.reader.read} />
          )}
        </div>
        <Entries
          conversation={conversation}
          shown={shown}
          outgoing={outgoing}
          onBeginNew={status === 'Closed' ? beginNew : undefined}
        />
        {status === 'Resolved' && <Notice kind="good">{t.ticket.solved}</Notice>}
        {isOver && <Rate ticketId={ticketId} />}
        {status === 'Closed' && (
          <Notice>
            {t.ticket.closed}{' '}
            <button type="button" class="link" onClick={beginNew}>
              {t.ticket.beginNew}
            </button>
          </Notice>
        )}
      </Scroller>
      {status !== 'Closed' && <Composer ticketId={ticketId} />}
    </div>
  );
}

function lastOf({ messages }: Shown, outgoing: readonly Outgoing[]): string | undefined {
  const { id, state } = outgoing.at(-1) ?? {};
  return id === undefined ? messages.at(-1)?.messageId : `${id} ${state}`;
}

/** So near to the end, somebody reads there. */
const NEAR_PX = 48;

/** Shows the end, and what comes there, unless somebody has gone back to read what was before. */
function Scroller({ last, children }: { last: string; children: ComponentChildren }) {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each that is the last one
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [last]);
  return (
    <section
      ref={scroller}
      class="scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys
      tabIndex={0}
      aria-label={t.ticket.title}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      }}
    >
      {children}
    </section>
  );
}

interface EntriesProps {
  conversation: Conversation;
  shown: Shown;
  outgoing: readonly Outgoing[];
  onBeginNew: (() => void) | undefined;
}

function Entries({ conversation, shown, outgoing, onBeginNew }: EntriesProps) {
  const support = useSupport();
  const { userId, inbox } = useDesk();
  const isOpen = useStore(support.isOpen);
  const { ticket, files, messages, older } = shown;
  const { ticketId } = ticket;
  const [olderFailure, failOlder] = useState<string>();
  const last = messages.at(-1);

  // Looked at: the conversation is on the screen, and so is the page.
  useEffect(() => {
    const see = () => {
      if (isOpen && last && document.visibilityState === 'visible') inbox.see(ticketId, last.timestamp);
    };
    see();
    document.addEventListener('visibilitychange', see);
    return () => document.removeEventListener('visibilitychange', see);
  }, [isOpen, last, inbox, ticketId]);

  const heard = useRef(last?.messageId);
  useEffect(() => {
    if (last && heard.current !== last.messageId && last.sender !== userId) {
      support.announce(`${t.ticket.answered} ${last.content}`);
    }
    heard.current = last?.messageId;
  }, [last, userId, support]);

  const readOlder = async () => {
    failOlder(undefined);
    await conversation.readOlder().catch((error) => failOlder(explain(error).text));
  };
  return (
    <ol class="entries" aria-label={t.ticket.conversation}>
      <Entry isMine text={ticket.description} at={ticket.createdAt} files={files} />
      {older !== null && (
        <li>
          <button type="button" class="button wide" onClick={() => void readOlder()}>
            {t.ticket.older}
          </button>
          {olderFailure !== undefined && (
            <p class="fault" role="alert">
              {olderFailure}
            </p>
          )}
        </li>
      )}
      {messages.map(({ messageId, sender, content, timestamp, files: attached }) => (
        <Entry key={messageId} isMine={sender === userId} text={content} at={timestamp} files={attached} />
      ))}
      {outgoing.map((item) => (
        <OutgoingEntry key={item.id} item={item} onBeginNew={onBeginNew} />
      ))}
    </ol>
  );
}

/** A new ticket until the server has it. */
export function OutgoingTicket({ id }: { id: string }) {
  const support = useSupport();
  const item = useStore(useDesk().outbox.items).find((one) => one.id === id);
  // Another tab has sent it.
  useEffect(() => {
    if (item === undefined) support.go({ name: 'home' });
  }, [item, support]);
  if (item?.kind !== 'ticket') return null;
  return (
    <>
      <h3>
        <bdi>{item.subject}</bdi>
      </h3>
      <ol class="entries" aria-label={t.ticket.conversation}>
        <OutgoingEntry item={item} />
      </ol>
    </>
  );
}
