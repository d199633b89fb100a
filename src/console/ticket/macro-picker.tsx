import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { explain } from '../api/explain.js';
import { useTRPC, useTRPCClient } from '../api/trpc.js';
import { Picker } from '../ui/picker.js';
import { tellFailure } from '../ui/toasts.js';
import { t } from '../words/words.js';

const MOST = 50;

interface MacroPickerProps {
  ticketId: string;
  open: boolean;
  onOpenChange(open: boolean): void;
  onText(text: string): void;
}

/** Saved replies, by a part of their names; the chosen one is filled in for the ticket, to be looked over before it is sent. */
export function MacroPicker({ ticketId, open, onOpenChange, onText }: MacroPickerProps) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [typed, type] = useState('');
  const name = useDeferredValue(typed);
  const macros = useQuery({
    ...trpc.desk.macros.list.queryOptions({ limit: MOST, ...(name && { name }) }),
    enabled: open,
    placeholderData: keepPreviousData,
  });
  const fill = async (macroId: string) => {
    try {
      const { text } = await client.desk.macros.render.query({ macroId, ticketId });
      onText(text);
    } catch (error) {
      tellFailure(t.macros.failed, explain(error).text, () => void fill(macroId));
    }
  };
  return (
    <Picker
      label={t.macros.title}
      choices={(macros.data ?? []).map((macro) => ({ value: macro.macroId, label: macro.name }))}
      value={[]}
      onChoose={([macroId]) => macroId && void fill(macroId)}
      onType={type}
      open={open}
      onOpenChange={onOpenChange}
      keyHint={t.macros.key}
    >
      {t.macros.title}
    </Picker>
  );
}
