import { openSalesforceCrm } from '../../functions/salesforce/crm.ts';
import { describeCrm } from '../support/contracts/crm-contract.ts';
import { startOrg } from '../support/contracts/salesforce-org.ts';
import { virtualClock } from '../support/virtual-clock.ts';

describeCrm('salesforce', async () => {
  const org = await startOrg({ queryPageSize: 200 });
  return {
    crm: openSalesforceCrm({
      loginUrl: org.url,
      auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
      clock: virtualClock(new Date('2026-04-01T00:00:00Z')),
    }),
    createAccounts: org.create,
    deleteAccount: async (id) => {
      await org.admin('DELETE', `/sobjects/Account/${id}`);
    },
    accounts: async () => org.accounts(),
    tasks: async () => org.tasks(),
    close: org.close,
  };
});
