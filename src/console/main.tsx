import './design/base.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Toast } from '@base-ui/react/toast';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.js';
import { TRPCProvider } from './api/trpc.js';
import { router } from './router.js';
import { session } from './session/session.js';
import { Toasts, toastManager } from './ui/toasts.js';

const queryClient = createQueryClient(() => session.expire());

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');
createRoot(root).render(
  <StrictMode>
    {/* The page's policy allows no style element; those of Base UI only hide scroll bars. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider trpcClient={session.client} queryClient={queryClient}>
          <Toast.Provider toastManager={toastManager}>
            <RouterProvider router={router} />
            <Toasts />
          </Toast.Provider>
        </TRPCProvider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
