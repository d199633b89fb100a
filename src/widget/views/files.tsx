import { useRef, useState } from 'preact/hooks';
import type { Attachment } from '../state/conversation.js';
import type { Place } from '../state/drafts.js';
import { explain } from '../state/explain.js';
import { formatNumber, t } from '../words/words.js';
import { useDesk, useDraft, useSupport } from './context.js';
import { AttachIcon } from './icons.js';
import { useStore } from './use-store.js';

function sizeOf(bytes: number): string {
  return bytes < 1_000_000
    ? t.files.size(formatNumber(Math.max(1, bytes / 1000)))
    : t.files.sizeMega(formatNumber(bytes / 1_000_000, 1));
}

/**
 * Files of a message, to be opened in a tab of their own. No picture is shown here: the host's page would have to let it load from
 * wherever the files are.
 */
export function Attachments({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="files" aria-label={t.files.title}>
      {files.map((file) => (
        <li key={file.fileId}>{file.stored ? <StoredFile file={file} /> : <span>{t.files.elsewhere}</span>}</li>
      ))}
    </ul>
  );
}

function StoredFile({ file: { fileId, name, size } }: { file: Attachment }) {
  const { session } = useDesk();
  const { api } = useSupport();
  const [failure, fail] = useState<string>();
  /** For who may open no tab. */
  const [link, setLink] = useState<string>();
  const label = name ?? fileId;
  const open = async () => {
    fail(undefined);
    // Now, while it is known that somebody asks for it: browsers open no tab later.
    const tab = window.open('', '_blank');
    if (tab) tab.opener = null;
    try {
      const { url } = await session.call(({ support }) => support.files.get.query({ fileId }));
      // Whole, or relative to the service's address with whatever path a proxy puts before it.
      const address = new URL(url, api).href;
      if (tab) tab.location.href = address;
      else setLink(address);
    } catch (error) {
      tab?.close();
      fail(`${t.files.failed(label)} ${explain(error).text}`);
    }
  };
  return (
    <>
      <button type="button" class="file" aria-label={t.files.open(label)} onClick={() => void open()}>
        <bdi class="name">{label}</bdi> <span class="soft">{sizeOf(size ?? 0)}</span>
      </button>
      {link !== undefined && (
        <a href={link} target="_blank" rel="noopener">
          {t.files.open(label)}
        </a>
      )}
      {failure !== undefined && (
        <p class="fault" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

/** What will go out with a draft: stored, on its way, or not taken, and why. */
export function DraftFiles({ place }: { place: Place }) {
  const support = useSupport();
  const { drafts, uploads, session } = useDesk();
  const { files } = useDraft(place);
  const onTheirWay = useStore(uploads.items).filter((one) => one.place === place);
  if (files.length === 0 && onTheirWay.length === 0) return null;
  const remove = (fileId: string) => {
    drafts.change(place, { files: files.filter((file) => file.fileId !== fileId) });
    // What is attached to nothing is removed after a day in any case.
    session.call((client) => client.support.files.delete.mutate({ fileId })).catch(() => {});
    support.refocus('.attach');
  };
  return (
    <ul class="files" aria-label={t.files.toSend}>
      {files.map((file) => (
        <li key={file.fileId} class="file">
          <bdi class="name">{file.name}</bdi>
          <span class="soft">{isExpired(file) ? t.files.expired : sizeOf(file.size)}</span>
          <Remove name={file.name} onClick={() => remove(file.fileId)} />
        </li>
      ))}
      {onTheirWay.map((upload) => (
        <li key={upload.id} class="file">
          <bdi class="name">{upload.file.name}</bdi>
          {upload.reason === undefined ? (
            <progress value={upload.done} max={1} aria-label={t.files.uploading(upload.file.name)} />
          ) : (
            <>
              <span class="fault" role="alert">
                {upload.reason}
              </span>
              <button
                type="button"
                class="link"
                onClick={() => {
                  uploads.again(upload);
                  support.refocus('.attach');
                }}
              >
                {t.again}
              </button>
            </>
          )}
          <Remove
            name={upload.file.name}
            onClick={() => {
              uploads.remove(upload.id);
              support.refocus('.attach');
            }}
          />
        </li>
      ))}
    </ul>
  );
}

/** Why a draft can't go out with its files; undefined: it can. */
export function useFileFault(place: Place): string | undefined {
  const { uploads } = useDesk();
  const { files } = useDraft(place);
  const isOnItsWay = useStore(uploads.items).some((one) => one.place === place);
  return isOnItsWay || files.some(isExpired) ? t.files.wait : undefined;
}

/** Kept for a day; then it has to be attached anew. */
function isExpired({ expiresAt }: { expiresAt: string }): boolean {
  return Date.parse(expiresAt) < Date.now();
}

function Remove({ name, onClick }: { name: string; onClick(): void }) {
  return (
    <button type="button" class="remove" aria-label={t.files.remove(name)} onClick={onClick}>
      ×
    </button>
  );
}

export function Attach({ place }: { place: Place }) {
  const { uploads } = useDesk();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="button attach" onClick={() => input.current?.click()}>
        <AttachIcon /> {t.files.attach}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          uploads.add(place, [...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
    </>
  );
}

/** For a form: files that are pasted into it or dropped on it. */
export function useFileEvents(place: Place) {
  const { uploads } = useDesk();
  const take = (event: Event, transfer: DataTransfer | null) => {
    const files = [...(transfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    uploads.add(place, files);
  };
  return {
    onPaste: (event: ClipboardEvent) => take(event, event.clipboardData),
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    },
    onDrop: (event: DragEvent) => take(event, event.dataTransfer),
  };
}
