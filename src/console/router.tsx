import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { queryToSearch, readSearch, searchToQuery } from './queue/filters.js';
import { FIRST_VIEW } from './queue/views.js';
import { Gate } from './session/gate.js';
import { DeskLayout } from './shell/desk-layout.js';
import { NotFound, Nothing } from './shell/places.js';
import { TicketPage } from './ticket/ticket-page.js';

const root = createRootRoute({
  component: () => (
    <Gate>
      <Outlet />
    </Gate>
  ),
  notFoundComponent: NotFound,
});

/** Whatever shows tickets has the view in its address: filters, order, search. */
const desk = createRoute({ getParentRoute: () => root, id: 'desk', validateSearch: readSearch, component: DeskLayout });

const queue = createRoute({
  getParentRoute: () => desk,
  path: '/',
  beforeLoad: ({ search }) => {
    if (Object.keys(search).length === 0) throw redirect({ to: '/', search: FIRST_VIEW, replace: true });
  },
  component: Nothing,
});

const ticket = createRoute({
  getParentRoute: () => desk,
  path: '/tickets/$ticketId',
  component: function Ticket() {
    const { ticketId } = ticket.useParams();
    return <TicketPage key={ticketId} ticketId={ticketId} />;
  },
});

export const router = createRouter({
  routeTree: root.addChildren([desk.addChildren([queue, ticket])]),
  basepath: new URL(document.baseURI).pathname,
  parseSearch: queryToSearch,
  stringifySearch: searchToQuery,
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
