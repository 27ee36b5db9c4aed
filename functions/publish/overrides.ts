import { dayMs } from '../calendar.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accountFormat,
  accounts,
  documentHash,
  type OverrideDocument,
  overrides,
  showTheSame,
} from '../records/documents.ts';
import { groupsPerMessage } from '../records/messages.ts';
import type { Runtime } from '../runtime.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { drawn } from '../scorecard/meaning/lot.ts';
import { inForce } from '../scorecard/meaning/override.ts';
import { documentRow } from '../scorecard/meaning/shown-row.ts';
import { entriesOf } from '../scorecard/meaning/worklists.ts';

export interface EnteredOverride extends OverrideDocument {
  id: string;
}

/** Overrides by account; of several for one score the latest entered comes last. */
export type Overrides = ReadonlyMap<string, readonly EnteredOverride[]>;

/** More than this many at once means that the rules, not the accounts, need a person. */
const mostOverrides = 10_000;

/** How long after its end an override is still looked at, so that no end is missed. */
const lookBackMs = 7 * dayMs;

/** Accounts that one call looks at; where more have overrides, the next calls look at the others. */
const accountsAtOnce = 2_000;
/** How often those who look at some of them are called. */
const callsEveryMs = 10 * 60_000;

/** Three sweeps: how long a beginning or an end is announced. */
export const announcedMs = 30 * 60_000;

/** Everything people have overridden that has not ended. */
export async function lastingOverrides(
  runtime: Pick<Runtime, 'snapshots' | 'clock'>,
  pack: string,
): Promise<Overrides> {
  return byAccount(await overridesUntil(runtime, pack, runtime.clock.now().toISOString()));
}

/**
 * Those of an account that have begun and not ended. To be asked when its document is written,
 * not before: a process that stood still meanwhile would bring back a band that has ended.
 */
export function overridesInForce(
  overrides: Overrides,
  account: string,
  now: Date,
): EnteredOverride[] {
  return (overrides.get(account) ?? []).filter((override) => inForce(override, now));
}

async function overridesUntil(
  runtime: Pick<Runtime, 'snapshots'>,
  pack: string,
  after: string,
): Promise<EnteredOverride[]> {
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

function byAccount(all: readonly EnteredOverride[]): Overrides {
  const result = new Map<string, EnteredOverride[]>();
  const sorted = all.toSorted((a, b) =>
    a.from === b.from ? (a.id < b.id ? -1 : 1) : a.from < b.from ? -1 : 1,
  );
  for (const override of sorted) {
    const known = result.get(override.account);
    if (known) known.push(override);
    else result.set(override.account, [override]);
  }
  return result;
}

/** The document with these overrides in force, and no others, on the lists that it then is on. */
export function withOverrides(
  account: string,
  document: AccountDocument,
  active: readonly EnteredOverride[],
  pack: Pick<Pack, 'scores' | 'worklists'>,
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
  const row = documentRow(pack.scores, { ...document, scores });
  const worklists =
    document.state === 'absent'
      ? {}
      : entriesOf(pack.worklists.lists, row, (lot) => drawn(lot, account, document.date).held_back);
  const shown = [...applied, ...assignmentKey(document), ...worklistKey(worklists)];
  // Of a later release's document, only what this one knows was read.
  const format = Math.min(document.format, accountFormat);
  const hash = documentHash(format, [document.result_hash, ...shown]);
  return { ...document, format, scores, worklists, hash };
}

/** Who looks after it is shown too. */
function assignmentKey({ assignment }: AccountDocument): string[] {
  if (!assignment) return [];
  return [`${assignment.number} ${JSON.stringify(assignment.milestones)}`];
}

function worklistKey(worklists: AccountDocument['worklists']): string[] {
  return Object.keys(worklists).length === 0 ? [] : [JSON.stringify(worklists)];
}

/**
 * Publishes accounts whose overrides began or ended since their document was written. With
 * `again`, those that did so lately are announced in any case: whoever wrote the document may
 * have died before it could say so, and announcing what is known already has no effect.
 * Without an `account`, all of them, in turn where they are many.
 */
export async function republishOverridden(
  runtime: Runtime,
  options: { again?: boolean; account?: string } = {},
): Promise<number> {
  const { snapshots, bus, clock, pack } = runtime;
  const now = clock.now();
  const recent = await overridesUntil(
    runtime,
    pack.id,
    new Date(now.getTime() - lookBackMs).toISOString(),
  );
  const entered = byAccount(recent);
  const lately = new Date(now.getTime() - announcedMs).toISOString();
  const turned = new Set(
    recent
      .filter(({ from, until }) =>
        [from, until].some((at) => at > lately && at <= now.toISOString()),
      )
      .map((override) => override.account),
  );
  const changed: { account: string; run: string }[] = [];
  const { account: only } = options;
  for (const account of only === undefined ? turnOf([...entered.keys()], now) : [only]) {
    const write = snapshots.transaction(async (tx) => {
      const latest = (await tx.get(ref(accounts, account)))?.data;
      if (!latest) return undefined;
      const next = withOverrides(
        account,
        latest,
        overridesInForce(entered, account, clock.now()),
        pack,
      );
      if (showTheSame(next, latest))
        return options.again && turned.has(account) ? latest.run : undefined;
      tx.set(ref(accounts, account), next);
      return next.run;
    });
    const run = await write.catch((error: unknown) => {
      // One document that cannot be written must not keep the others' overrides from beginning.
      runtime.log.requestFailed({ function: 'sweep', error });
      return undefined;
    });
    if (run) changed.push({ account, run });
  }
  for (const [run, group] of Map.groupBy(changed, (one) => one.run)) {
    for (const some of groupsPerMessage(group.map(({ account }) => account))) {
      await bus.publish('accounts-changed', [{ body: { pack: pack.id, run, accounts: some } }]);
    }
  }
  return changed.length;
}

/** Those whose turn it is: all of them unless they are too many, one part after the other then. */
function turnOf(all: readonly string[], now: Date): readonly string[] {
  const parts = Math.ceil(all.length / accountsAtOnce);
  if (parts <= 1) return all;
  const part = Math.floor(now.getTime() / callsEveryMs) % parts;
  return all.slice(part * accountsAtOnce, (part + 1) * accountsAtOnce);
}
