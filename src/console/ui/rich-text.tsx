import { withWebAddresses } from '../../browser/web-addresses.js';
import type { Pieces } from '../api/trpc.js';
import styles from './rich-text.module.css';

/** What somebody wrote, as they wrote it: text and nothing else, with its addresses to follow. */
export function Prose({ text }: { text: string }) {
  return (
    <div className={styles.prose} dir="auto">
      {withWebAddresses(text).map((piece) =>
        piece.isAddress ? (
          <a key={piece.at} href={piece.text} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
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
