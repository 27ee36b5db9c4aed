import type { Caller } from '../../../functions/ports/identity.ts';

/** A person of a team, unless told otherwise. */
export const callerOf = (changes: Partial<Caller> = {}): Caller => ({
  ...{ kind: 'person', name: 'hanako@acme.example', role: 'editor', ownOnly: false },
  ...changes,
});
