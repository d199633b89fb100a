import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { createSupportClient, supportError } from 'support-api/client';
import { App } from './app.jsx';
import { TRPCProvider } from './trpc.js';

// Your app has a sign-in that knows the token; this page takes it from its address, `#token=…`, which no server sees.
const address = new URLSearchParams(location.hash.slice(1));
const url = address.get('api') ?? 'http://127.0.0.1:3000';
const token = address.get('token') ?? '';
/** Your sign-in knows this too. The server alone says whether the token is good. */
const user = JSON.parse(atob(token.split('.')[1] ?? 'e30')).sub ?? 'nobody';

const trpcClient = createSupportClient({ url, token });
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
    <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
      <App user={user} />
    </TRPCProvider>
  </QueryClientProvider>,
);
