import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { supportError, type UploadedFile } from 'support-api/client';
import { client } from './server.js';

/** Uploads one file at a time, to be attached to what is written next, and tells how far it is. */
export function useUpload() {
  const [loaded, setLoaded] = useState(0);
  const [files, setFiles] = useState<UploadedFile[]>([]);
  const stop = useRef<AbortController>(undefined);

  const upload = useMutation({
    mutationFn: ({ file, key }: { file: File; key: string }) => {
      stop.current = new AbortController();
      return client.uploadFile(file, {
        onProgress: ({ loaded, total }) => setLoaded(loaded / total),
        signal: stop.current.signal,
        idempotencyKey: key,
      });
    },
    // Where no answer came it may be stored: with its key it can be sent again. Unless somebody has ended it.
    retry: (failures, error) => failures < 3 && supportError(error) === undefined && !stop.current?.signal.aborted,
    onMutate: () => setLoaded(0),
    onSuccess: (file) => setFiles((before) => [...before, file]),
  });

  return {
    /** How much of it is there, from 0 to 1; undefined: nothing is under way. */
    progress: upload.isPending ? loaded : undefined,
    error: upload.error,
    /** Those that are there, and attached to nothing yet. */
    files,
    start: (file: File) => upload.mutate({ file, key: crypto.randomUUID() }),
    end: () => stop.current?.abort(),
    /** They are attached. */
    clear: () => setFiles([]),
  };
}
