import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { readFiguresSearch } from './figures/search.js';
import { queryToSearch, readSearch, searchToQuery } from './queue/filters.js';
import { FIRST_VIEW } from './queue/views.js';
import { Gate } from './session/gate.js';
import { DeskLayout } from './shell/desk-layout.js';
import { Frame } from './shell/frame.js';
import { NotFound, Nothing } from './shell/places.js';
import { TicketPage } from './ticket/ticket-page.js';
import { Loading } from './ui/states.js';

const root = createRootRoute({
  component: () => (
    <Gate>
      <Frame>
        <Outlet />
      </Frame>
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

/** Of what most at the desk never open nothing is loaded before. */
const figures = createRoute({
  getParentRoute: () => root,
  path: '/figures',
  validateSearch: readFiguresSearch,
  component: lazyRouteComponent(() => import('./figures/figures-page.js'), 'FiguresPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings/$',
  component: lazyRouteComponent(() => import('./settings/settings-page.js'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([desk.addChildren([queue, ticket]), figures, settings]),
  basepath: new URL(document.baseURI).pathname,
  parseSearch: queryToSearch,
  stringifySearch: searchToQuery,
  defaultPreload: false,
  defaultPendingComponent: Loading,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
