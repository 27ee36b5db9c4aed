/** The Salesforce adapter on an org that faults as told, and what of its calls the org saw. */
import { afterEach } from 'vitest';
import { openSalesforceCrm, type SalesforceCrmOptions } from '../../../functions/salesforce/crm.ts';
import { fields } from '../contracts/crm-fields.ts';
import { type Fault, type Org, type SeenRequest, startOrg } from '../contracts/salesforce-org.ts';
import { virtualClock } from '../virtual-clock.ts';

const start = new Date('2026-04-01T00:00:00Z');
const orgs: Org[] = [];

/** Closes what the tests of a file open; call it once in the file. */
export function closeOrgsAfterEach(): void {
  afterEach(async () => {
    for (const org of orgs.splice(0)) await org.close();
  });
}

export async function open(
  options: Partial<SalesforceCrmOptions> = {},
  server: Parameters<typeof startOrg>[0] = {},
) {
  const clock = virtualClock(start);
  const org = await startOrg({ clock, ...server });
  orgs.push(org);
  const crm = openSalesforceCrm({
    loginUrl: org.url,
    auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
    clock,
    ...options,
  });
  /** Since it was opened. */
  const seconds = () => (clock.now().getTime() - start.getTime()) / 1_000;
  return { org, crm, clock, seconds };
}

export const isPatch = ({ method }: SeenRequest) => method === 'PATCH';
export const isLogin = ({ url }: SeenRequest) => url === '/services/oauth2/token';
/** Requests that update records. */
export const patches = (org: Org) => org.requests.filter(isPatch);
export const logins = (org: Org) => org.requests.filter(isLogin);

export const numbered = (count: number) => Array.from({ length: count }, (_, i) => `account-${i}`);
/** Updates of a number. */
export const scoreOf = (ids: readonly string[], n = 1) =>
  ids.map((id) => ({ id, fields: { [fields.number]: n } }));
/** The numbers that records show. */
export const written = (org: Org) =>
  org.accounts().map((account) => account[fields.number] ?? null);

export const refusal = (status: number, errorCode: string, message = 'no'): Fault => ({
  status,
  body: [{ errorCode, message }],
});

/** A task for a person; `recordId` is whose. */
export const taskOf = (recordId: string) => ({
  key: 'k',
  recordId,
  owner: null,
  subject: 'Call them',
  description: '',
  priority: 'High' as const,
  due: '2026-04-03',
});
