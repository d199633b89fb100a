import type { Pieces } from '../api/trpc.js';
import styles from './rich-text.module.css';

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'’)\]}]/g;

/** What somebody wrote, as they wrote it: text and nothing else, with its addresses to follow. */
export function Prose({ text }: { text: string }) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const { 0: url, index } of text.matchAll(LINK)) {
    parts.push(
      text.slice(from, index),
      <a key={index} href={url} target="_blank" rel="noopener noreferrer nofollow">
        {url}
      </a>,
    );
    from = index + url.length;
  }
  parts.push(text.slice(from));
  return (
    <div className={styles.prose} dir="auto">
      {parts}
    </div>
  );
}

export function Highlighted({ pieces }: { pieces: Pieces }) {
  return (
    <bdi>
      {pieces.map(({ text, match }, index) =>
        match ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no names, and never move
          <mark key={index} className={styles.match}>
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </bdi>
  );
}
