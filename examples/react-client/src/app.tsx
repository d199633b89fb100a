import { useState } from 'react';
import { Ticket } from './ticket.jsx';
import { TicketList } from './ticket-list.jsx';
import { useLiveUpdates } from './use-live-updates.js';

export function App({ user }: { user: string }) {
  useLiveUpdates(user);
  const [ticketId, open] = useState<string>();
  if (ticketId === undefined) return <TicketList onOpen={open} />;
  return <Ticket ticketId={ticketId} onBack={() => open(undefined)} />;
}
