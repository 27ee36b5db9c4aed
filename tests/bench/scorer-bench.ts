/** Scoring in memory: the compiled rules against a loop written for them, and others. */
import { openDuckDbWarehouse } from '../../functions/local/warehouse/warehouse.ts';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import type { CompiledPack } from '../../functions/scorecard/engine/compile.ts';
import { scoreBatch } from '../../functions/scorecard/engine/score.ts';
import { interpret as readLiterally } from '../support/oracle/interpreter.ts';
import { loadInputs } from './accounts.ts';
import { handWritten } from './hand-written/hand-written.ts';
import { handWrittenRows } from './hand-written/rows.ts';
import { interpret, type Result, type Row, rowsOfBatch } from './interpreter.ts';
import { jsonRules } from './json-rules.ts';
import { compiledPack, groupAges } from './pack.ts';
import { type Ratio, rateText } from './ratios.ts';
import { inTurns, ratioOf } from './rounds.ts';
import {
  assertEqual,
  assertEqualRows,
  emptyScores,
  health,
  names,
  pack,
  type Scores,
  scoresOf,
} from './scores.ts';

const accounts = 200_000;
/** Slower ways are timed on fewer accounts. */
const interpreted = 20_000;
const readAsTold = 2_000;
const throughEngine = 300;

export async function measureScorer(): Promise<Ratio[]> {
  const compiled = compiledPack();
  const batches = await inputBatches(compiled);
  const rows = batches
    .slice(0, Math.ceil(interpreted / 2048))
    .flatMap((b) => rowsOfBatch(compiled, b));
  const engine = jsonRules();
  const ages = new Map(Object.entries(groupAges));
  await assertAllEqual(compiled, batches, rows, engine);

  const reused = emptyScores(Math.max(...batches.map(({ rows: count }) => count)));
  const each = (work: (batch: ColumnBatch) => unknown) => () => {
    for (const batch of batches) work(batch);
  };
  const columns = await inTurns(
    {
      ours: { run: each((batch) => scoreBatch(compiled, batch)), work: accounts },
      handWritten: { run: each(handWrittenRows), work: accounts },
      pointsOnly: { run: each((batch) => handWritten(batch, undefined, reused)), work: accounts },
    },
    { rounds: 9, warmUps: 2 },
  );
  const objects = await inTurns(
    {
      pointsOnly: { run: each((batch) => handWritten(batch, undefined, reused)), work: accounts },
      ours: { run: each((batch) => scoreBatch(compiled, batch)), work: accounts },
      interpreter: { run: () => rows.map(interpret), work: rows.length },
      oracle: {
        run: () => {
          for (const row of rows.slice(0, readAsTold))
            readLiterally(pack, health, ages, row, null, null);
        },
        work: readAsTold,
      },
      jsonRulesEngine: {
        run: async () => {
          for (const row of rows.slice(0, throughEngine)) await engine(row);
        },
        work: throughEngine,
      },
    },
    { rounds: 5, warmUps: 1 },
  );
  const rate = (timing: { rate: number }) => rateText(timing.rate);
  return [
    {
      name: 'scorer/hand-written',
      ratio: ratioOf(columns.ours, columns.handWritten),
      required: { atLeast: 0.75 },
      says: `scoreBatch ${rate(columns.ours)}, a loop written for these four scorecards ${rate(columns.handWritten)}; both give whole rows of the history`,
    },
    {
      name: 'scorer/points-only',
      ratio: ratioOf(columns.ours, columns.pointsOnly),
      says: `scoreBatch (whole rows) against the loop without texts, inputs and hashes: ${rate(columns.pointsOnly)}`,
    },
    {
      name: 'scorer/json-rules-engine',
      ratio: ratioOf(objects.ours, objects.jsonRulesEngine),
      says: `json-rules-engine ${rate(objects.jsonRulesEngine)} on ${throughEngine} accounts`,
    },
    {
      name: 'hand-written/interpreter',
      ratio: ratioOf(objects.pointsOnly, objects.interpreter),
      required: { atLeast: 6 },
      says: `a lean interpreter of the parsed rules: ${rate(objects.interpreter)}`,
    },
    {
      name: 'hand-written/oracle',
      ratio: ratioOf(objects.pointsOnly, objects.oracle),
      says: `tests/support/oracle, which reads the rules literally: ${rate(objects.oracle)}`,
    },
  ];
}

/** The accounts as the warehouse gives them. */
async function inputBatches({ requests }: CompiledPack): Promise<ColumnBatch[]> {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  await loadInputs(warehouse, 'run_inputs', accounts);
  const batches: ColumnBatch[] = [];
  for await (const batch of warehouse.read({ table: 'run_inputs', columns: requests })) {
    batches.push(batch);
  }
  await warehouse.close();
  return batches;
}

/** Whoever gives other results is not compared. */
async function assertAllEqual(
  compiled: CompiledPack,
  batches: readonly ColumnBatch[],
  rows: readonly Row[],
  engine: ReturnType<typeof jsonRules>,
): Promise<void> {
  let first = 0;
  for (const batch of batches) {
    const [ours] = scoreBatch(compiled, batch).results;
    if (!ours) throw new Error('nothing was scored');
    const scores = scoresOf(ours);
    assertEqualRows('the hand-written loop', ours, handWrittenRows(batch));
    assertEqual('the hand-written loop', scores, handWritten(batch));
    for (let i = 0; i < batch.rows && first + i < rows.length; i++) {
      assertSame(
        `the interpreter, account ${first + i}`,
        resultAt(scores, i),
        interpret(rows[first + i] as Row),
      );
    }
    first += batch.rows;
  }
  const [batch] = batches;
  const [ours] = batch ? scoreBatch(compiled, batch).results : [];
  if (!ours) throw new Error('there are no accounts');
  const scores = scoresOf(ours);
  const ages = new Map(Object.entries(groupAges));
  for (const [i, row] of rows.slice(0, throughEngine).entries()) {
    const { points, band, contributions } = resultAt(scores, i);
    const earnedPoints = contributions.map(({ earned }) => earned);
    assertSame(
      `json-rules-engine, account ${i}`,
      { points, band, earnedPoints },
      await engine(row),
    );
    const told = readLiterally(pack, health, ages, row, null, null);
    assertSame(
      `the oracle, account ${i}`,
      { points, band, contributions: contributions.map((part) => part.points) },
      { points: told.points, band: told.band, contributions: told.contributions },
    );
  }
}

function assertSame(who: string, expected: object, found: object): void {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(found)];
  if (a !== b) throw new Error(`${who}: ${b} instead of ${a}`);
}

/** A row in the interpreter's form. */
function resultAt(scores: Scores, row: number): Result {
  const text = (of: readonly string[], code: number | undefined) => of[code ?? -1] ?? null;
  const scorecard = text(names.scorecard, scores.scorecard[row]) ?? '';
  const card = health.scorecards.find(({ id }) => id === scorecard);
  const points = scores.points[row] ?? Number.NaN;
  const width = card?.measures.length ?? 0;
  return {
    phase: text(names.phase, scores.phase[row]),
    scorecard,
    points: Number.isNaN(points) ? null : points,
    earned: scores.earned[row] ?? 0,
    available: scores.available[row] ?? 0,
    confidence: scores.confidence[row] ?? 0,
    band: text(names.band, scores.band[row]) ?? '',
    cap: text(names.cap, scores.cap[row]),
    contributions: (card?.measures ?? []).map(({ id }, m) => ({
      measure: id,
      earned: scores.earnedPoints[row * width + m] ?? 0,
      points: scores.contributions[row * width + m] ?? 0,
    })),
  };
}
