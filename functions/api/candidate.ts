/** A version of the rules beside the live one: who would stand in another band, and why. */
import type { ScoreComparison } from '../evidence/compare-rules.ts';
import type { CandidateAnswer, CandidateScore } from '../records/api/candidate.ts';
import { candidates } from '../records/candidate-documents.ts';
import { ref } from '../records/collection.ts';
import { accounts } from '../records/documents.ts';
import { comparedCandidate, comparisonsIn } from '../runs/candidate/compare-candidate.ts';
import type { Runtime } from '../runtime.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { pointsOf } from '../scorecard/language/pack/points.ts';

export async function getCandidate(
  runtime: Pick<Runtime, 'snapshots' | 'pack' | 'candidate'>,
): Promise<CandidateAnswer> {
  const { snapshots, pack, candidate } = runtime;
  if (!candidate) return { candidate: null };
  const rules = {
    rules_hash: candidate.hash,
    live_rules_hash: pack.hash,
    versions: versionsOf(pack, candidate),
  };
  const nothing = { comparison: null, failure: null };
  if (!comparedCandidate(runtime)) return { candidate: { state: 'same', ...rules, ...nothing } };
  const stored = (await snapshots.get(ref(candidates, pack.id)))?.data;
  const isOf = (one: { rules_hash: string; live_rules_hash: string } | null | undefined) =>
    one?.rules_hash === candidate.hash && one.live_rules_hash === pack.hash;
  const { latest, compared, in_work } = stored ?? {};
  // What was found of other rules says nothing of these.
  if (!latest || !isOf(latest)) {
    const state = isOf(in_work) ? 'in-work' : 'waiting';
    return { candidate: { state, ...rules, ...nothing } };
  }
  const { run, date, as_of, finished_at, failure } = latest;
  if (failure || compared == null) {
    const why = failure ?? { code: 'unknown', message: 'nothing was kept of it' };
    return { candidate: { state: 'failed', ...rules, ...nothing, failure: { ...why, date } } };
  }
  const found = comparisonsIn(compared);
  const names = await namesOf(runtime, found);
  const scores = found.map((one) => scoreAnswer(one, names));
  return {
    candidate: {
      state: 'compared',
      ...rules,
      comparison: { run, date, as_of, accounts: latest.accounts, finished_at, scores },
      failure: null,
    },
  };
}

/** Names of the movers that are listed: a bounded number, however large the portfolio. */
async function namesOf(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  found: readonly ScoreComparison[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(found.flatMap(({ movers }) => movers.map(({ account }) => account)))];
  const stored = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
  return new Map(
    stored.flatMap((one, i): [string, string][] => {
      const name = one?.data.attributes.name;
      return typeof name === 'string' ? [[ids[i] ?? '', name]] : [];
    }),
  );
}

function scoreAnswer(found: ScoreComparison, names: ReadonlyMap<string, string>): CandidateScore {
  const { bands, movements, movers, measures, ...rest } = found;
  const standing = (band: string | null, hundredths: number | null) => ({
    band,
    points: hundredths === null ? null : pointsOf(hundredths),
  });
  return {
    ...rest,
    bands: bands.map(({ before, after, ...band }) => ({ ...band, live: before, candidate: after })),
    moved: movements.reduce((sum, one) => sum + one.accounts, 0),
    movements,
    movers: movers.map(({ from, to, from_points, to_points, causes, ...mover }) => ({
      ...mover,
      name: names.get(mover.account) ?? null,
      live: standing(from, from_points),
      candidate: standing(to, to_points),
      causes: causes.map((cause) => ({ ...cause, delta: pointsOf(cause.delta) })),
    })),
    measures: measures.map(({ measure, label, accounts: touched, mean, moved }) => ({
      ...{ measure, label, accounts: touched, moved },
      mean: pointsOf(mean),
    })),
  };
}

function versionsOf(live: Pack, candidate: Pack) {
  const cards = (pack: Pack) =>
    new Map(
      pack.scores.flatMap(({ id: score, scorecards }) =>
        scorecards.map(
          ({ id, version }): [string, { score: string; id: string; version: string }] => [
            JSON.stringify([score, id]),
            { score, id, version },
          ],
        ),
      ),
    );
  const [now, then] = [cards(live), cards(candidate)];
  return [...new Map([...now, ...then])].flatMap(([key, { score, id: scorecard }]) => {
    const [was, is] = [now.get(key)?.version ?? null, then.get(key)?.version ?? null];
    return was === is ? [] : [{ score, scorecard, live: was, candidate: is }];
  });
}
