/** A version of the rules beside the live one: who would stand in another band, and why. */
import type { Mover, ScoreComparison } from '../evidence/compare-rules.ts';
import type {
  CandidateAnswer,
  CandidateMove,
  CandidateMover,
  CandidateMoves,
  CandidateScore,
} from '../records/api/candidate.ts';
import { candidates, partsOf } from '../records/candidate-documents.ts';
import { ref } from '../records/collection.ts';
import { accountName, accounts } from '../records/documents.ts';
import { comparedCandidate, comparisonsIn } from '../runs/candidate/compare-candidate.ts';
import type { Runtime } from '../runtime.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { decodeMoveCursor, encodeCursor } from './cursors.ts';
import { bandNamed, inPoints, inPointsOrNull } from './names.ts';
import type { CandidateParameters } from './parameters.ts';

type Given = Pick<Runtime, 'snapshots' | 'pack' | 'candidate'>;

export async function getCandidate(runtime: Given): Promise<CandidateAnswer> {
  const { pack, candidate } = runtime;
  if (!candidate) return { candidate: null };
  const rules = {
    rules_hash: candidate.hash,
    live_rules_hash: pack.hash,
    versions: versionsOf(pack, candidate),
  };
  const nothing = { comparison: null, failure: null };
  if (!comparedCandidate(runtime)) return { candidate: { state: 'same', ...rules, ...nothing } };
  const { latest, compared, inWork } = await foundOf(runtime);
  if (!latest) {
    return { candidate: { state: inWork ? 'in-work' : 'waiting', ...rules, ...nothing } };
  }
  const { run, date, as_of, finished_at, failure } = latest;
  if (failure) {
    return { candidate: { state: 'failed', ...rules, ...nothing, failure: { ...failure, date } } };
  }
  const names = await namesOf(
    runtime,
    compared.flatMap(({ movers }) => movers),
  );
  const scores = compared.map((one) => scoreAnswer(runtime, one, names));
  return {
    candidate: {
      state: 'compared',
      ...rules,
      comparison: { run, date, as_of, accounts: latest.accounts, finished_at, scores },
      failure: null,
    },
  };
}

/** What was found of these very rules; of others it would say nothing. */
async function foundOf(runtime: Given) {
  const { snapshots, pack } = runtime;
  const candidate = comparedCandidate(runtime);
  const stored = candidate && (await snapshots.get(ref(candidates, pack.id)))?.data;
  const isOf = (one: { rules_hash: string; live_rules_hash: string } | null | undefined) =>
    one?.rules_hash === candidate?.hash && one?.live_rules_hash === pack.hash;
  const latest = isOf(stored?.latest) ? (stored?.latest ?? null) : null;
  const compared = latest && stored?.compared ? comparisonsIn(stored.compared) : [];
  return { latest, compared, inWork: isOf(stored?.in_work) };
}

/** Ranges of ids that are read for one page, so that a long way without movers ends it. */
const partsAtOnce = 20;

/** Every account that would move, in the order of ids. @throws Rejected `bad-request` for a bad cursor */
export async function listCandidateMoves(
  runtime: Given,
  { limit, cursor }: CandidateParameters,
): Promise<CandidateMoves> {
  const { latest } = await foundOf(runtime);
  const begin = cursor === undefined ? { part: 0, at: 0 } : decodeMoveCursor(cursor);
  const found: Moved[] = [];
  let leftOut = 0;
  let { part, at } = begin;
  const parts = latest?.parts ?? 0;
  while (part < parts && part < begin.part + partsAtOnce && found.length < limit) {
    const stored = await runtime.snapshots.get(
      ref(partsOf(runtime.pack.id, latest?.id ?? ''), String(part)),
    );
    const { moves, unkept } = movesIn(stored?.data.compared);
    if (at === 0) leftOut += unkept;
    const taken = moves.slice(at, at + limit - found.length);
    found.push(...taken);
    at += taken.length;
    if (at >= moves.length) [part, at] = [part + 1, 0];
  }
  return {
    date: latest?.date ?? null,
    moves: await movesAnswer(runtime, found),
    left_out: leftOut,
    ...(part < parts ? { next: encodeCursor({ part, at }) } : {}),
  };
}

/** Where one account would stand, if not where it stands. */
export async function getCandidateMoves(runtime: Given, account: string): Promise<CandidateMoves> {
  const { latest } = await foundOf(runtime);
  const [part] = latest
    ? await runtime.snapshots.query({
        collection: partsOf(runtime.pack.id, latest.id),
        where: [{ field: 'from', op: '<=', value: account }],
        orderBy: { field: 'from', direction: 'desc' },
        limit: 1,
      })
    : [];
  const { moves } = movesIn(part?.data.compared);
  const own = moves.filter(({ mover }) => mover.account === account);
  const date = latest?.date ?? null;
  return { date, moves: await movesAnswer(runtime, own), left_out: 0 };
}

interface Moved {
  score: string;
  mover: Mover;
}

/** All movers that a part keeps, by id, and how many more it counted. */
function movesIn(json: string | null | undefined): { moves: Moved[]; unkept: number } {
  const found = json == null ? [] : comparisonsIn(json);
  const moves = found
    .flatMap(({ score, movers }) => movers.map((mover) => ({ score, mover })))
    .sort(({ mover: a }, { mover: b }) =>
      a.account === b.account ? 0 : a.account < b.account ? -1 : 1,
    );
  const counted = found.reduce((sum, { movements }) => sum + movedIn(movements), 0);
  return { moves, unkept: counted - moves.length };
}

const movedIn = (movements: ScoreComparison['movements']): number =>
  movements.reduce((sum, one) => sum + one.accounts, 0);

async function movesAnswer(runtime: Given, moves: readonly Moved[]): Promise<CandidateMove[]> {
  const names = await namesOf(
    runtime,
    moves.map(({ mover }) => mover),
  );
  return moves.map(({ score, mover }) => ({
    score,
    ...moverAnswer(runtime, score, mover, names),
  }));
}

/** Names of the movers that are listed: a bounded number, however large the portfolio. */
async function namesOf(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  movers: readonly Mover[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(movers.map(({ account }) => account))];
  const stored = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
  return new Map(
    stored.flatMap((one, i): [string, string][] => {
      const name = one && accountName(one.data);
      return name ? [[ids[i] ?? '', name]] : [];
    }),
  );
}

function scoreAnswer(
  given: Given,
  found: ScoreComparison,
  names: ReadonlyMap<string, string>,
): CandidateScore {
  const { bands, movements, movers, measures, ...rest } = found;
  return {
    ...rest,
    bands: bands.map(({ before, after, ...band }) => ({ ...band, live: before, candidate: after })),
    moved: movedIn(movements),
    movements,
    movers: movers.map((mover) => moverAnswer(given, found.score, mover, names)),
    measures: measures.map(({ measure, label, accounts: touched, mean, moved }) => ({
      ...{ measure, label, accounts: touched, moved },
      mean: inPoints(mean),
    })),
  };
}

function moverAnswer(
  { pack, candidate = pack }: Given,
  score: string,
  { from, to, from_points, to_points, causes, ...mover }: Mover,
  names: ReadonlyMap<string, string>,
): CandidateMover {
  const standing = (rules: Pack, band: string | null, hundredths: number | null) => ({
    band: bandNamed(rules, score, band),
    points: inPointsOrNull(hundredths),
  });
  return {
    ...mover,
    name: names.get(mover.account) ?? null,
    live: standing(pack, from, from_points),
    candidate: standing(candidate, to, to_points),
    causes: causes.map((cause) => ({ ...cause, delta: inPoints(cause.delta) })),
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
