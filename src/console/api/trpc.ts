import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter, SupportInputs, SupportOutputs } from 'support-api/client';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export type DeskTicket = SupportOutputs['desk']['tickets']['get'];
export type TicketState = SupportOutputs['desk']['tickets']['update'];
export type QueuedTicket = SupportOutputs['desk']['tickets']['list']['tickets'][number];
export type QueuePage = SupportOutputs['desk']['tickets']['list'];
export type QueueSort = NonNullable<Extract<SupportInputs['desk']['tickets']['list'], object>['sort']>;
export type SearchPage = SupportOutputs['desk']['search']['tickets'];
export type Pieces = SearchPage['hits'][number]['subject'];
export type DeskEvent = SupportOutputs['desk']['events']['list']['events'][number];
export type SavedView = SupportOutputs['desk']['views']['list'][number];
export type Account = SupportOutputs['support']['account']['get'];
export type PresentAgent = DeskTicket['presence'][number];
export type Attachment = DeskTicket['files'][number];
export type { TicketPriority, TicketStatus } from '../../tickets/lifecycle.js';
