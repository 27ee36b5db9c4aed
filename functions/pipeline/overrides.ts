import type { Runtime } from '../ports/runtime.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type OverrideDocument,
  overrides,
  snapshotsOf,
} from '../records/documents.ts';
import { inForce } from '../scorecard/override.ts';
import { snapshotOf } from './dated-snapshot.ts';

export interface ActiveOverride extends OverrideDocument {
  id: string;
}

/** Overrides in force, by account; of several for one score the latest entered comes last. */
export type Overrides = ReadonlyMap<string, readonly ActiveOverride[]>;

/** More than this many at once means that the rules, not the accounts, need a person. */
const mostOverrides = 10_000;

/** How long after its end an override is still looked at, so that no end is missed. */
const lookBackMs = 7 * 86_400_000;

/** Three sweeps: how long a beginning or an end is announced. */
export const announcedMs = 30 * 60_000;

/** Everything people have overridden that has begun and not ended. */
export async function activeOverrides(runtime: Runtime, pack: string): Promise<Overrides> {
  const now = runtime.clock.now();
  return byAccount(await overridesUntil(runtime, pack, now.toISOString()), now);
}

async function overridesUntil(
  runtime: Runtime,
  pack: string,
  after: string,
): Promise<ActiveOverride[]> {
  const stored = await runtime.snapshots.query({
    collection: overrides,
    where: [
      { field: 'pack', op: '==', value: pack },
      { field: 'until', op: '>', value: after },
    ],
    orderBy: { field: 'until', direction: 'asc' },
    limit: mostOverrides,
  });
  return stored.map(({ id, data }) => ({ id, ...data }));
}

function byAccount(all: readonly ActiveOverride[], now: Date): Map<string, ActiveOverride[]> {
  const result = new Map<string, ActiveOverride[]>();
  const sorted = all
    .filter((override) => inForce(override, now))
    .sort((a, b) => (a.from === b.from ? (a.id < b.id ? -1 : 1) : a.from < b.from ? -1 : 1));
  for (const override of sorted) {
    const known = result.get(override.account);
    if (known) known.push(override);
    else result.set(override.account, [override]);
  }
  return result;
}

/** The document with these overrides in force, and no others. */
export function withOverrides(
  document: AccountDocument,
  active: readonly ActiveOverride[],
): AccountDocument {
  const scores: AccountDocument['scores'] = {};
  const applied: string[] = [];
  for (const [score, result] of Object.entries(document.scores)) {
    const override = active.findLast((candidate) => candidate.score === score);
    if (override) applied.push(override.id);
    scores[score] = {
      ...result,
      band: override?.band ?? result.computed_band,
      override: override
        ? {
            id: override.id,
            band: override.band,
            reason: override.reason,
            author: override.author,
            until: override.until,
          }
        : null,
    };
  }
  return { ...document, scores, hash: [document.result_hash, ...applied].join('|') };
}

/**
 * Publishes accounts whose overrides began or ended since their document was written. With
 * `again`, those that did so lately are announced in any case: whoever wrote the document may
 * have died before it could say so, and announcing what is known already has no effect.
 */
export async function republishOverridden(
  runtime: Runtime,
  options: { again?: boolean } = {},
): Promise<number> {
  const { snapshots, bus, clock, pack } = runtime;
  const now = clock.now();
  const recent = await overridesUntil(
    runtime,
    pack.id,
    new Date(now.getTime() - lookBackMs).toISOString(),
  );
  const current = byAccount(recent, now);
  const lately = new Date(now.getTime() - announcedMs).toISOString();
  const turned = new Set(
    recent
      .filter(({ from, until }) =>
        [from, until].some((at) => at > lately && at <= now.toISOString()),
      )
      .map((override) => override.account),
  );
  const changed: { account: string; run: string }[] = [];
  for (const account of new Set(recent.map((override) => override.account))) {
    const run = await snapshots.transaction(async (tx) => {
      const latest = (await tx.get(ref(accounts, account)))?.data;
      if (!latest) return undefined;
      const next = withOverrides(latest, current.get(account) ?? []);
      if (next.hash === latest.hash)
        return options.again && turned.has(account) ? latest.run : undefined;
      tx.set(ref(accounts, account), next);
      tx.set(ref(snapshotsOf(account), next.date), snapshotOf(next));
      return next.run;
    });
    if (run) changed.push({ account, run });
  }
  for (const { account, run } of changed) {
    await bus.publish('accounts-changed', [{ body: { pack: pack.id, run, accounts: [account] } }]);
  }
  return changed.length;
}
