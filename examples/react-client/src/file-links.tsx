import { useQuery } from '@tanstack/react-query';
import type { SupportOutputs } from 'support-api/client';
import { serverUrl } from './server.js';
import { useTRPC } from './trpc.js';

type File = SupportOutputs['support']['messages']['list']['messages'][number]['files'][number];

/** A link is good for 5 minutes at least: a new one is asked for before it ends. */
const ANEW_MS = 240_000;

/** Links to the files of a message; what was removed, or is an id of your own, has none here. */
export function FileLinks({ files }: { files: File[] }) {
  return files.filter(({ stored }) => stored).map((file) => <FileLink key={file.fileId} {...file} />);
}

function FileLink({ fileId, name }: File) {
  const trpc = useTRPC();
  // All that are shown at once are one request.
  const options = { staleTime: ANEW_MS, refetchInterval: ANEW_MS };
  const { data } = useQuery(trpc.support.files.get.queryOptions({ fileId }, options));
  if (data === undefined) return <span> {name}</span>;
  return (
    <>
      {' '}
      <a href={new URL(data.url, serverUrl).href} target="_blank" rel="noreferrer">
        {name}
      </a>
    </>
  );
}
