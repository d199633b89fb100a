import { useState } from 'react';
import { explain } from '../api/explain.js';
import type { Attachment } from '../api/trpc.js';
import { session } from '../session/session.js';
import { tellFailure } from '../ui/toasts.js';
import { t } from '../words/words.js';
import styles from './attachments.module.css';

/** The files of a message or note: their bytes are behind links that are asked for when somebody opens one. */
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
  const open = async () => {
    setOpening(true);
    try {
      const { url } = await session.client.support.files.get.query({ fileId: file.fileId });
      const link = document.createElement('a');
      link.href = new URL(url, location.origin).href;
      link.target = '_blank';
      link.rel = 'noopener';
      link.click();
    } catch (error) {
      tellFailure(t.files.failed(file.name ?? file.fileId), explain(error).text, () => void open());
    } finally {
      setOpening(false);
    }
  };
  return (
    <button type="button" className={styles.file} onClick={() => void open()} disabled={isOpening}>
      <bdi>{file.name}</bdi> <span className={styles.size}>{t.files.size(file.size ?? 0)}</span>
    </button>
  );
}
