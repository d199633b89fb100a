import type { DeskTicket } from '../api/trpc.js';
import { kept } from '../ui/kept.js';

const KEY = 'support-console.agents';
const MOST = 30;

/** Agents whom this browser has seen at work, those of the ticket first: some may have no profile. */
export function knownAgents({ userId, assignedAgent, messages, notes }: DeskTicket): string[] {
  return rememberAgents([
    ...(assignedAgent === null ? [] : [assignedAgent]),
    ...messages.map(({ sender }) => sender).filter((sender) => sender !== userId),
    ...notes.map(({ author }) => author),
  ]);
}

/** Gives all who are known with them. */
export function rememberAgents(here: readonly string[]): string[] {
  const before = JSON.parse(kept.get(KEY) ?? '[]') as string[];
  const known = [...new Set([...here, ...before])].slice(0, MOST);
  kept.set(KEY, JSON.stringify(known));
  return known;
}
