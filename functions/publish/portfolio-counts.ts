/** Keeps how many accounts are in which phase and band, for pages that show all of them. */
import { ref } from '../records/collection.ts';
import { accounts } from '../records/documents.ts';
import { type PortfolioCounts, portfolios, tallies } from '../records/portfolio-counts.ts';
import { packs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { lastingOverrides } from './overrides.ts';

type Needs = Pick<Runtime, 'snapshots' | 'warehouse' | 'clock' | 'pack'>;

/** Counts what a run that people see has closed: one partition read, whatever the accounts. */
export async function countPortfolio(
  runtime: Needs,
  { run, date }: { run: string; date: string },
): Promise<PortfolioCounts> {
  const rows = await runtime.warehouse.query(
    `SELECT score, state, phase, band, COUNT(*) AS accounts, SUM(points) AS points,
       COUNT(points) AS counted
     FROM score_history WHERE date = @date GROUP BY score, state, phase, band`,
    { date: { date } },
  );
  return {
    pack: runtime.pack.id,
    run,
    tallies: tallies.parse(rows),
    overridden: await countOverridden(runtime),
  };
}

/** Keeps the counts, unless a newer run is shown by now. */
export async function keepCounts(
  runtime: Needs,
  closed: { run: string; date: string },
): Promise<void> {
  const counts = await countPortfolio(runtime, closed);
  await change(runtime, closed.run, () => counts);
}

/** Counts anew what people have set, where the counts are kept already. */
export async function keepOverridden(runtime: Needs): Promise<void> {
  const { snapshots, pack } = runtime;
  const known = (await snapshots.get(ref(portfolios, pack.id)))?.data;
  if (!known) return;
  const overridden = await countOverridden(runtime);
  await change(runtime, known.run, (counts) => counts && { ...counts, overridden });
}

async function change(
  { snapshots, pack }: Needs,
  run: string,
  next: (counts: PortfolioCounts | undefined) => PortfolioCounts | undefined,
): Promise<void> {
  await snapshots.transaction(async (tx) => {
    const current = (await tx.get(ref(packs, pack.id)))?.data.current;
    const counts = (await tx.get(ref(portfolios, pack.id)))?.data;
    const changed = current?.run === run ? next(counts) : undefined;
    if (changed) tx.set(ref(portfolios, pack.id), changed);
  });
}

async function countOverridden(runtime: Needs): Promise<PortfolioCounts['overridden']> {
  const ids = [...(await lastingOverrides(runtime, runtime.pack.id)).keys()];
  const documents = await runtime.snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const found = new Map<string, PortfolioCounts['overridden'][number]>();
  for (const document of documents) {
    for (const [score, result] of Object.entries(document?.data.scores ?? {})) {
      if (!result.override) continue;
      const { computed_band: computed, band } = result;
      const key = JSON.stringify([score, computed, band]);
      const counted = found.get(key) ?? { score, computed, band, accounts: 0 };
      counted.accounts += 1;
      found.set(key, counted);
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counted]) => counted);
}
