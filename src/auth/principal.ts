/** Who is asking, as a verified token says. */
export interface Principal {
  /** `sub` of the token: 1 to 255 characters, no control characters. */
  readonly userId: string;
  readonly role: Role;
}

export const ROLES = ['customer', 'agent', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Agents and admins work the desk: they see every customer's tickets. */
export function isStaff(principal: Principal): boolean {
  return principal.role !== 'customer';
}
