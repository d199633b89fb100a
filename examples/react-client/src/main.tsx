import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { supportError } from 'support-api/client';
import { App } from './app.jsx';
import { client, user } from './server.js';
import { TRPCProvider } from './trpc.js';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server has refused it refuses again, but for when it had no time or too much to do.
      retry: (failures, error) => failures < 3 && (supportError(error)?.httpStatus ?? 503) >= 429,
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');
createRoot(root).render(
  <QueryClientProvider client={queryClient}>
    <TRPCProvider trpcClient={client} queryClient={queryClient}>
      <App user={user} />
    </TRPCProvider>
  </QueryClientProvider>,
);
