import type { Identity } from '../ports/identity.ts';

/** Whoever reaches this machine's own ports (`loopback.ts`) is its user, who may do everything. */
export const localIdentity = (name: string): Identity => ({
  callerOf: async () => ({ kind: 'local', name, role: 'operator', ownOnly: false }),
});
