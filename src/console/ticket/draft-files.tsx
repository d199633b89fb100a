import { useEffect, useRef } from 'react';
import { session } from '../session/session.js';
import { Button } from '../ui/button.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './draft-files.module.css';
import { type DraftFile, detachFromDraft, type Kind } from './drafts.js';
import { uploads } from './uploads.js';

interface DraftFilesProps {
  ticketId: string;
  kind: Kind;
  files: readonly DraftFile[];
}

/** What will go out with a draft: stored, on its way, or not taken, and why. */
export function DraftFiles({ ticketId, kind, files }: DraftFilesProps) {
  const onTheirWay = useUploads(ticketId, kind);
  if (files.length === 0 && onTheirWay.length === 0) return null;
  const take = ({ fileId }: DraftFile) => {
    detachFromDraft(ticketId, kind, fileId);
    // What is attached to nothing is removed after a day in any case.
    session.client.support.files.delete.mutate({ fileId }).catch(() => {});
  };
  return (
    <ul className={styles.files} aria-label={t.files.toSend}>
      {files.map((file) => (
        <li key={file.fileId} className={styles.file} data-failed={isExpired(file) || undefined}>
          <bdi className={styles.name}>{file.name}</bdi>
          <span className={styles.soft}>{isExpired(file) ? t.files.expired : t.files.size(file.size)}</span>
          <Remove name={file.name} onClick={() => take(file)} />
        </li>
      ))}
      {onTheirWay.map((upload) => (
        <li key={upload.id} className={styles.file} data-failed={upload.reason !== undefined || undefined}>
          <bdi className={styles.name}>{upload.file.name}</bdi>
          {upload.reason === undefined ? (
            <progress
              className={styles.progress}
              value={upload.done}
              max={1}
              aria-label={t.files.uploading(upload.file.name)}
            />
          ) : (
            <>
              <span role="alert">{upload.reason}</span>
              <Button onClick={() => uploads.again(upload)}>{t.again}</Button>
            </>
          )}
          <Remove name={upload.file.name} onClick={() => uploads.remove(upload.id)} />
        </li>
      ))}
    </ul>
  );
}

/** Kept for a day; then it has to be attached anew. */
export function isExpired({ expiresAt }: DraftFile): boolean {
  return Date.parse(expiresAt) < Date.now();
}

export function useUploads(ticketId: string, kind: Kind) {
  return useStore(uploads.items).filter((one) => one.ticketId === ticketId && one.kind === kind);
}

function Remove({ name, onClick }: { name: string; onClick(): void }) {
  return (
    <button type="button" className={styles.remove} aria-label={t.files.remove(name)} onClick={onClick}>
      ×
    </button>
  );
}

interface AttachProps {
  onFiles(files: File[]): void;
}

/** A button to choose files; and whatever is dropped anywhere on the page, which a browser would open in its place. */
export function Attach({ onFiles }: AttachProps) {
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      latest.current(files);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return (
    <>
      <Button onClick={() => input.current?.click()} title={t.files.attachHint}>
        {t.files.attach}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          target.value = '';
        }}
      />
    </>
  );
}
