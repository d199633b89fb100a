import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { explain } from '../api/explain.js';
import { type Attachment, useTRPC } from '../api/trpc.js';
import { session } from '../session/session.js';
import { tellFailure } from '../ui/toasts.js';
import { t } from '../words/words.js';
import styles from './attachments.module.css';

/** What browsers show. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
/** A link is asked for anew before it ends. */
const EARLY_MS = 30_000;

/** The files of a message or note: pictures to look at, others by their names. */
export function Attachments({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className={styles.files} aria-label={t.files.title}>
      {files.map((file) => (
        <li key={file.fileId}>
          {file.stored ? <StoredFile file={file} /> : <bdi>{t.files.elsewhere(file.fileId)}</bdi>}
        </li>
      ))}
    </ul>
  );
}

function StoredFile({ file }: { file: Attachment }) {
  const [isOpening, setOpening] = useState(false);
  const name = file.name ?? file.fileId;
  // Its link may have ended since it was shown.
  const open = async () => {
    setOpening(true);
    try {
      const { url } = await session.client.support.files.get.query({ fileId: file.fileId });
      const link = document.createElement('a');
      link.href = addressOf(url);
      link.target = '_blank';
      link.rel = 'noopener';
      link.click();
    } catch (error) {
      tellFailure(t.files.failed(name), explain(error).text, () => void open());
    } finally {
      setOpening(false);
    }
  };
  return (
    <button
      type="button"
      className={styles.file}
      onClick={() => void open()}
      disabled={isOpening}
      aria-label={t.files.open(`${name}, ${t.files.size(file.size ?? 0)}`)}
    >
      {PICTURES.has(file.type ?? '') && <Picture fileId={file.fileId} />}
      <span className={styles.caption}>
        <bdi>{name}</bdi> <span className={styles.size}>{t.files.size(file.size ?? 0)}</span>
      </span>
    </button>
  );
}

/** By a link that ends after some minutes: where it has, there is another one; where there is none, its name has to do. */
function Picture({ fileId }: { fileId: string }) {
  const trpc = useTRPC();
  const [failed, fail] = useState<string>();
  const file = useQuery(
    trpc.support.files.get.queryOptions(
      { fileId },
      {
        staleTime: ({ state: { data, dataUpdatedAt } }) =>
          data === undefined ? 0 : Math.max(0, Date.parse(data.urlExpiresAt) - dataUpdatedAt - EARLY_MS),
        refetchOnWindowFocus: false,
      },
    ),
  );
  const url = file.data?.url;
  // The page's policy lets it load from this server alone: files in a bucket are opened by their names.
  if (url !== undefined && new URL(addressOf(url)).origin !== location.origin) return null;
  if (url === undefined || url === failed) return <span className={styles.empty} aria-hidden="true" />;
  return (
    <img
      className={styles.picture}
      src={addressOf(url)}
      alt=""
      onError={() => {
        fail(url);
        void file.refetch();
      }}
    />
  );
}

/** Whole, or relative to the service's address with whatever path a proxy puts before it. */
function addressOf(url: string): string {
  return new URL(url, location.origin).href;
}
