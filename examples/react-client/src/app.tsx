import { useState } from 'react';
import { Ticket } from './ticket.jsx';
import { TicketList } from './ticket-list.jsx';

export function App() {
  const [ticketId, open] = useState<string>();
  if (ticketId === undefined) return <TicketList onOpen={open} />;
  return <Ticket ticketId={ticketId} onBack={() => open(undefined)} />;
}
