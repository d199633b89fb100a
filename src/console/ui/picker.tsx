import { Combobox } from '@base-ui/react/combobox';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { t } from '../words/words.js';
import styles from './picker.module.css';

export interface Choice {
  value: string;
  label: string;
  /** Beside it, softer. */
  hint?: string;
}

interface PickerProps {
  /** What is chosen: its name for assistive technology, and above the list. */
  label: string;
  /** What the button shows. */
  children: ReactNode;
  choices: readonly Choice[];
  /** The chosen ones. */
  value: readonly string[];
  multiple?: boolean;
  /** What is typed can be chosen, too: gives it as it would be kept, or undefined where it can't. */
  custom?(typed: string): string | undefined;
  onChoose(value: string[]): void;
  onType?(typed: string): void;
  open?: boolean;
  onOpenChange?(open: boolean): void;
  disabled?: boolean;
  className?: string | undefined;
  keyHint?: string;
}

/** A button that opens a list to choose from, by typing or arrows: status, assignee, tags, filters, saved replies. */
export function Picker({
  label,
  children,
  choices,
  value,
  multiple = false,
  custom,
  onChoose,
  onType,
  open,
  onOpenChange,
  disabled = false,
  className = '',
  keyHint,
}: PickerProps) {
  const [typed, type] = useState('');
  const input = useRef<HTMLInputElement>(null);
  // Opened by a key: letters that follow at once are meant for it, though it has not the focus yet.
  useEffect(() => {
    if (!open) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if (document.activeElement === input.current || key.length !== 1 || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      event.stopPropagation();
      type((before) => before + key);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [open]);
  const shown = withCustom(choices, value, typed, custom);
  const chosen = shown.filter((choice) => value.includes(choice.value));
  const name = chosen.length === 0 ? label : `${label}: ${chosen.map((choice) => choice.label).join(', ')}`;
  const choose = (next: Choice | Choice[] | null) => {
    if (next !== null) onChoose([next].flat().map((choice) => choice.value));
    if (multiple) type('');
  };
  const shared = {
    items: shown,
    disabled,
    autoHighlight: true,
    inputValue: typed,
    onInputValueChange: (text: string) => {
      type(text);
      onType?.(text.trim());
    },
    isItemEqualToValue: (one: Choice, other: Choice) => one.value === other.value,
    ...(open !== undefined && { open }),
    onOpenChange: (next: boolean) => {
      if (!next) type('');
      onOpenChange?.(next);
    },
  };
  const parts = (
    <>
      <Combobox.Trigger className={`${styles.trigger} ${className}`} aria-label={name} title={keyHint}>
        {children}
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner align="start" sideOffset={4} className={styles.positioner}>
          <Combobox.Popup className={styles.popup} aria-label={label}>
            <Combobox.Input ref={input} className={styles.input} placeholder={label} aria-label={label} />
            <Combobox.Empty>
              <p className={styles.empty}>{t.picker.nothing}</p>
            </Combobox.Empty>
            <Combobox.List className={styles.list}>
              {(choice: Choice) => (
                <Combobox.Item key={choice.value} value={choice} className={styles.item}>
                  <span className={styles.mark}>
                    <Combobox.ItemIndicator>✓</Combobox.ItemIndicator>
                  </span>
                  <bdi>{choice.label}</bdi>
                  {choice.hint && <span className={styles.hint}>{choice.hint}</span>}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </>
  );
  if (multiple) {
    return (
      <Combobox.Root<Choice, true> {...shared} multiple value={chosen} onValueChange={choose}>
        {parts}
      </Combobox.Root>
    );
  }
  return (
    <Combobox.Root<Choice> {...shared} value={chosen[0] ?? null} onValueChange={choose}>
      {parts}
    </Combobox.Root>
  );
}

/** With what is chosen but not in the list, and with what is typed where that can be chosen. */
function withCustom(
  choices: readonly Choice[],
  value: readonly string[],
  typed: string,
  custom: PickerProps['custom'],
): Choice[] {
  const has = (one: string) => choices.some((choice) => choice.value === one);
  const others = value.filter((one) => !has(one)).map((one) => ({ value: one, label: one }));
  const own = typed.trim() === '' ? undefined : custom?.(typed.trim());
  const added =
    own === undefined || has(own) || value.includes(own) ? [] : [{ value: own, label: own, hint: t.picker.use }];
  return [...choices, ...others, ...added];
}
