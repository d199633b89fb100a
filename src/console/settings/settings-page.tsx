import { Link, useParams } from '@tanstack/react-router';
import { session } from '../session/session.js';
import { Page } from '../shell/page.js';
import { NotFound } from '../shell/places.js';
import { Empty } from '../ui/states.js';
import { useStore } from '../ui/use-store.js';
import { w } from '../words/settings.js';
import { Categories } from './categories.js';
import { Macros } from './macros.js';
import { ServiceLevels } from './service-levels.js';
import styles from './settings.module.css';
import { Webhook } from './webhook.js';
import { Webhooks } from './webhooks.js';

const SECTIONS = { categories: Categories, macros: Macros, sla: ServiceLevels, webhooks: Webhooks } as const;
type Section = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as Section[];

/** What admins set, for all. */
export function SettingsPage() {
  const { _splat: path = '' } = useParams({ from: '/settings/$' });
  const account = useStore(session.account);
  if (account?.role !== 'admin') {
    return (
      <Page title={w.title}>
        <Empty title={w.adminsOnly}>{w.adminsOnlyHint}</Empty>
      </Page>
    );
  }
  const [name = '', id, ...rest] = path.split('/').filter((part) => part !== '');
  const section = name === '' ? 'categories' : NAMES.find((one) => one === name);
  if (section === undefined || rest.length > 0 || (id !== undefined && section !== 'webhooks')) return <NotFound />;
  const Shown = SECTIONS[section];
  return (
    <Page title={w.sections[section]} aside={<Sections shown={section} />}>
      {id === undefined ? <Shown /> : <Webhook key={id} webhookId={id} />}
    </Page>
  );
}

function Sections({ shown }: { shown: Section }) {
  return (
    <nav aria-label={w.title}>
      <ul className={styles.sections}>
        {NAMES.map((name) => (
          <li key={name}>
            <Link
              to="/settings/$"
              params={{ _splat: name }}
              className={styles.section}
              aria-current={name === shown ? 'true' : undefined}
              activeOptions={{ exact: true }}
            >
              {w.sections[name]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
