import { useRef, useState } from 'preact/hooks';
import { type ErrorCode, type SupportClient, supportError, withIdempotencyKey } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { explain } from '../state/explain.js';
import { useDesk } from './context.js';

/** A step that somebody waits for: under one idempotency key, however often it is tried with the same input. */
export function useSend() {
  const { session } = useDesk();
  const [isSending, setSending] = useState(false);
  const [failure, fail] = useState<string>();
  const key = useRef({ input: '', id: '' });

  /** Gives the code of the failure, where there is one that it can't be done again after. */
  const send = async <T extends object>(
    input: T,
    run: (client: SupportClient, input: T, key: ReturnType<typeof withIdempotencyKey>) => Promise<unknown>,
  ): Promise<{ isDone: boolean; code?: ErrorCode | undefined }> => {
    // Not by `disabled`: keys are not heard on a button that is.
    if (isSending) return { isDone: false };
    setSending(true);
    fail(undefined);
    const json = JSON.stringify(input);
    if (key.current.input !== json) key.current = { input: json, id: randomId() };
    const { id } = key.current;
    try {
      await session.call((client) => run(client, input, withIdempotencyKey(id)));
      return { isDone: true };
    } catch (error) {
      fail(explain(error).text);
      return { isDone: false, code: supportError(error)?.code };
    } finally {
      setSending(false);
    }
  };
  return { send, isSending, failure };
}
