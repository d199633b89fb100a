import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from 'support-api/client';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
