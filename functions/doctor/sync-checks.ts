/** Checks of what Kenko knows of accounts in Salesforce, without asking there. */
import { countParked, parkedAccounts } from '../sync/parked-accounts.ts';
import { waitingSince } from '../sync/record-outcomes.ts';
import type { Check } from './checks.ts';
import { notChecked, ok, warning } from './report.ts';
import { sync as texts } from './service-texts.ts';
import { reasons, titles } from './texts.ts';

/** Named in the sentence. */
const mostExamples = 5;

export const syncParked: Check = {
  id: 'salesforce-parked',
  needs: ['documents'],
  async look({ snapshots, pack }) {
    const title = titles['salesforce-parked'];
    if (!pack.salesforce) return [notChecked(title, reasons.noMapping)];
    const count = await countParked({ snapshots });
    if (count === 0) return [ok(title, texts.noneParked)];
    const wanted = { limit: mostExamples, after: undefined };
    const { page } = await parkedAccounts({ snapshots }, wanted);
    const examples = page.map(({ id, data }) => ({
      account: id,
      why: [data.code, ...data.fields].join(' '),
      since: (waitingSince(data) ?? data.at).slice(0, 10),
    }));
    return [warning(title, texts.parked(count, examples))];
  },
};
