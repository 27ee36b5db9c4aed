/** A day of very many accounts, stage by stage: rates against the adapters', memory, and what follows. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { customFields } from '../../functions/salesforce/custom-fields.ts';
import { seedSalesforceAccounts, spawnSalesforceServer } from '../support/salesforce/child.ts';
import { accountId } from './accounts.ts';
import { runScript } from './child.ts';
import type { Measured, Ratio } from './ratios.ts';
import { rateText } from './ratios.ts';
import type { StageOptions, StageResult } from './scale-stage.ts';
import { scaleTable } from './scale-table.ts';
import { pack } from './scores.ts';

const fewAccounts = 1_000;
const memoryLimit = '256MB';
const seededAtOnce = 50_000;

const steps = [
  'score',
  'publish',
  'publish-raw',
  'sync',
  'sync-raw',
  'reconcile',
  'reconcile-raw',
  'pages',
] as const satisfies StageOptions['stage'][];
export type Day = Record<(typeof steps)[number], StageResult>;

/** Measured only where it is asked for: a million accounts take minutes and 20 GB of disk. */
export async function measureScale(
  folder: string,
  { accounts, asked }: { accounts: number; asked: boolean },
): Promise<Measured> {
  if (!asked) return { ratios: [], table: 'scale is measured by --only scale [--accounts N]' };
  const tenth = Math.max(fewAccounts, Math.round(accounts / 10));
  const few = await dayOf(join(folder, 'few'), fewAccounts);
  const less = await dayOf(join(folder, 'tenth'), tenth);
  const whole = await dayOf(join(folder, 'whole'), accounts);
  return {
    ratios: ratiosOf({ few, less, whole, accounts, tenth }),
    table: scaleTable(whole, accounts),
  };
}

async function dayOf(folder: string, accounts: number): Promise<Day> {
  mkdirSync(folder);
  const salesforce = await spawnSalesforceServer({
    path: join(folder, 'salesforce.sqlite'),
    fields: customFields(pack),
    dailyLimit: 100_000_000,
  });
  try {
    for (let from = 0; from < accounts; from += seededAtOnce) {
      const records = Array.from({ length: Math.min(seededAtOnce, accounts - from) }, (_, i) => ({
        Name: `Account ${from + i}`,
        [pack.salesforce?.externalId ?? 'Id']: accountId(from + i),
      }));
      await seedSalesforceAccounts(salesforce.url, records);
    }
    await runScript('./memory-state.ts', { folder, accounts });
    const results: [string, StageResult][] = [];
    let used = 0;
    for (const stage of steps) {
      const options: StageOptions = { folder, stage, salesforceUrl: salesforce.url, memoryLimit };
      const result = (await runScript('./scale-stage.ts', options)) as StageResult;
      // The org says what all stages have used so far.
      const usedBefore = used;
      used = Math.max(used, result.calls);
      result.calls = used - usedBefore;
      process.stderr.write(
        `${accounts.toLocaleString('en')} accounts, ${stage}: ${result.work.toLocaleString('en')} in ${result.seconds.toFixed(1)} s, ${result.peakMb.toFixed(0)} MB\n`,
      );
      results.push([stage, result]);
    }
    return Object.fromEntries(results) as Day;
  } finally {
    await salesforce.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Days {
  few: Day;
  less: Day;
  whole: Day;
  accounts: number;
  tenth: number;
}

function ratiosOf({ few, less, whole, accounts, tenth }: Days): Ratio[] {
  const many = accounts.toLocaleString('en');
  const { seconds, peakMb } = whole.score;
  const rateOf = ({ work, seconds: taken }: StageResult): number => work / taken;
  const against = (stage: 'publish' | 'sync' | 'reconcile'): Ratio => {
    const raw = whole[`${stage}-raw`].raw ?? Number.NaN;
    return {
      name: `scale/${stage}`,
      ratio: rateOf(whole[stage]) / raw,
      required: { atLeast: 0.6 },
      says: `${rateText(rateOf(whole[stage]))} accounts of ${many}; the adapter alone ${rateText(raw)}`,
    };
  };
  // What only shows what an adapter takes holds its sample in memory.
  const ours = steps.filter((stage) => whole[stage].raw === null);
  const growths = ours.map((stage) => [stage, whole[stage].peakMb / less[stage].peakMb] as const);
  const [grown, growth] = growths.toSorted(([, a], [, b]) => b - a)[0] ?? ['', Number.NaN];
  const slower = Object.entries(whole.pages.pages).map(
    ([page, ms]) => [page, ms / (few.pages.pages[page] ?? Number.NaN), ms] as const,
  );
  const [page, slowest, ms] = slower.toSorted(([, a], [, b]) => b - a)[0] ?? ['', Number.NaN, 0];
  return [
    {
      name: 'scale/score-seconds',
      ratio: seconds,
      required: { atMost: 120 },
      says: `to score and close ${many} accounts, ${rateText(rateOf(whole.score))}`,
    },
    {
      name: 'scale/score-peak-mb',
      ratio: peakMb,
      required: { atMost: 1_024 },
      says: `of memory at most while ${many} accounts were scored and closed`,
    },
    {
      name: 'scale/memory-growth',
      ratio: growth,
      required: { atMost: 1.2 },
      says: `peak memory of ${grown}, the stage that grew most, against ${tenth.toLocaleString('en')} accounts`,
    },
    against('publish'),
    against('sync'),
    against('reconcile'),
    {
      name: 'scale/pages',
      ratio: slowest,
      required: { atMost: 1.5 },
      says: `${page}, which slowed down most, took ${ms.toFixed(1)} ms; against ${fewAccounts.toLocaleString('en')} accounts`,
    },
  ];
}
