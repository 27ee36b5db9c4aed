/** Who sends requests to the API, as far as it is proven, and what they may do. */

/** Each may do what those before it may: read; enter and override; release, discard and send again. */
export const roles = ['viewer', 'editor', 'operator'] as const;
export type Role = (typeof roles)[number];

export interface Caller {
  /** local: who owns this machine; service: a service account; nobody: no identity that is valid. */
  kind: 'local' | 'person' | 'service' | 'nobody';
  /** The verified address; a local user's name; empty for nobody. */
  name: string;
  /** Null: none. */
  role: Role | null;
  /** Sees nothing of accounts that others look after. */
  ownOnly: boolean;
}

export interface Identity {
  /**
   * Who sent a request with these headers. What is forged, unsigned or expired is nobody's.
   * @throws Retryable where the keys that it is checked with cannot be fetched
   */
  callerOf(header: (name: string) => string | undefined): Promise<Caller>;
}

/**
 * Who has which role: `user:ADDRESS`, `serviceAccount:ADDRESS`, `domain:DOMAIN`; `allAuthenticatedUsers`:
 * whoever has an identity that is valid here; `allUsers`: everybody.
 */
export interface Access extends Readonly<Record<Role, readonly string[]>> {
  /** Whose role holds for the accounts only that they look after. */
  own: readonly string[];
}

/** An identity that was verified. */
export interface Verified {
  email: string;
  /** The Google Workspace that the account belongs to. */
  workspace: string | undefined;
}

const isService = (email: string): boolean => email.endsWith('.gserviceaccount.com');

/** The highest role that somebody has. */
export function callerWith(access: Access, verified: Verified | undefined): Caller {
  const email = verified?.email.toLowerCase() ?? '';
  const kind = verified === undefined ? 'nobody' : isService(email) ? 'service' : 'person';
  const names = new Set(['allusers']);
  if (verified) names.add('allauthenticatedusers');
  if (kind === 'person') names.add(`user:${email}`);
  if (kind === 'service') names.add(`serviceaccount:${email}`);
  // An address of a domain may be anybody's account; only a member of the Workspace is vouched for.
  if (verified?.workspace) names.add(`domain:${verified.workspace.toLowerCase()}`);
  const isAmong = (members: readonly string[]) =>
    members.some((member) => names.has(member.toLowerCase()));
  const role = roles.findLast((one) => isAmong(access[one])) ?? null;
  return { kind, name: email, role, ownOnly: isAmong(access.own) };
}

export const mayAct = (caller: Caller, role: Role): boolean =>
  caller.role !== null && roles.indexOf(caller.role) >= roles.indexOf(role);
