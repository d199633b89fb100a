/** An agent at a ticket, as the table has it. */
export interface PresenceRow {
  readonly ticketId: string;
  readonly agentId: string;
  /** Since when without a break. */
  readonly cameAt: string;
  /** When they last said that they type; null: they don't. */
  readonly typingAt: string | null;
  readonly expiresAt: string;
}
