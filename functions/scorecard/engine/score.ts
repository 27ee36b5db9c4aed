/** Scores batches of accounts: columns in, columns out. */

import { scoreBands } from './bands.ts';
import { type EarlierColumns, lookAtBlock, type PreparedBatch, prepareBatch } from './batch.ts';
import type { BeforeColumns } from './before-columns.ts';
import { fillInputs, type InputBuffers, inputBuffers } from './block-inputs.ts';
import { type ChangeBuffers, changeBuffers, splitChange } from './change.ts';
import { blockRows } from './column-operations.ts';
import type { ColumnBatch } from './columns.ts';
import type { CompiledPack, CompiledScore } from './compile.ts';
import { type HistoryColumns, historyBatch, historyColumns } from './history-columns.ts';
import { keepResult } from './keep-result.ts';
import { keptAccountTexts } from './kept-account.ts';
import { type KnownDaysText, knownDaysTexts } from './known-days.ts';
import { missingTexts } from './missing-sets.ts';
import { hashRows, type RowHashes, rowHashes } from './row-hashes.ts';
import {
  type CardBuffers,
  cardBuffers,
  contribute,
  scorePoints,
  unknownBand,
} from './score-cards.ts';
import {
  absentRow,
  errorRow,
  noCard,
  type Selection,
  selectCards,
  selectionBuffers,
} from './select-cards.ts';

export interface ScoreCounts {
  /** Rows scored, by account and score. */
  scored: number;
  absent: number;
  errors: number;
  /** Scored rows with too little data for a band. */
  unknown: number;
  /** Of them, those with too little data because it is late, and for no other reason. */
  unknownLate: number;
  /** Scored rows with a known band before and now, and not the same one. */
  bandChanges: number;
  /** Scored rows with a known band before. */
  comparable: number;
}

interface Workspace {
  inputs: InputBuffers;
  selection: Selection;
  cards: CardBuffers;
  change: ChangeBuffers;
  hashes: RowHashes;
  missingText: ReturnType<typeof missingTexts>;
  knownDays: KnownDaysText;
  keptAccount: ReturnType<typeof keptAccountTexts>;
}

const workspaces = new WeakMap<CompiledScore, Workspace>();

/** Working memory is kept with the compiled score: it is the same size for every batch. */
function workspaceOf(compiled: CompiledPack, score: CompiledScore): Workspace {
  const known = workspaces.get(score);
  if (known) return known;
  const workspace = {
    inputs: inputBuffers(compiled, score),
    selection: selectionBuffers(score),
    cards: cardBuffers(),
    change: changeBuffers(score),
    hashes: rowHashes(compiled, score),
    missingText: missingTexts(),
    knownDays: knownDaysTexts(compiled, score),
    keptAccount: keptAccountTexts(compiled),
  };
  workspaces.set(score, workspace);
  return workspace;
}

/**
 * Scores a batch of `run_inputs` rows. `results` has one batch per score of the pack, in the
 * layout of `score_history` and with rows in the order of the batch.
 */
export function scoreBatch(
  compiled: CompiledPack,
  batch: ColumnBatch,
): { results: ColumnBatch[]; counts: ScoreCounts } {
  const prepared = prepareBatch(compiled, batch);
  const counts: ScoreCounts = {
    scored: 0,
    absent: 0,
    errors: 0,
    unknown: 0,
    unknownLate: 0,
    bandChanges: 0,
    comparable: 0,
  };
  const scores = compiled.scores.map((score, index) => {
    const measures = Math.max(0, ...score.cards.map((card) => card.measures.length));
    return {
      score,
      workspace: workspaceOf(compiled, score),
      before: prepared.before[index] ?? null,
      revised: prepared.revised[index] ?? null,
      out: historyColumns(prepared.rows, {
        contributions: measures,
        earned_points: measures,
        inputs: score.inputs.count,
      }),
    };
  });
  // Block by block, so that all scores find a block's columns in the processor's cache.
  for (let start = 0; start < prepared.rows; start += blockRows) {
    lookAtBlock(prepared, start, Math.min(prepared.rows, start + blockRows));
    for (const { score, workspace, before, revised, out } of scores) {
      scoreBlock(workspace, compiled, score, prepared, { before, revised }, start, out, counts);
    }
  }
  const { date, engineHash } = compiled;
  const results = scores.map(({ score, out }) =>
    historyBatch(out, prepared.ids, { date, engineHash, score: score.score.id }),
  );
  return { results, counts };
}

function scoreBlock(
  workspace: Workspace,
  compiled: CompiledPack,
  score: CompiledScore,
  batch: PreparedBatch,
  { before, revised }: EarlierColumns,
  start: number,
  out: HistoryColumns,
  counts: ScoreCounts,
): void {
  const { inputs, selection, cards, change } = workspace;
  fillInputs(inputs, compiled, score, batch, before, start);
  selectCards(selection, inputs, score, batch.present);
  placeLists(inputs, selection, score, before, out);
  cards.bands.fill(unknownBand, 0, inputs.rows);
  for (const [c, card] of score.cards.entries()) {
    const rows = selection.rows[c] as Int32Array;
    const count = selection.counts[c] as number;
    if (count === 0) continue;
    scorePoints(cards, inputs, score, card, rows, count, out);
    scoreBands(cards, inputs, score, card, rows, count, { before, revised }, out);
  }
  if (before && score.before) {
    const { cardOf } = selection;
    const { points } = cards;
    splitChange(change, { compiled, score, batch, inputs, before, cardOf, points }, out);
  }
  contribute(inputs, score.score.scale, selection.cardOf, out);
  describeRows(workspace, compiled, score, batch, before, out, counts);
  hashRows(
    workspace.hashes,
    inputs,
    selection.cardOf,
    cards.bands,
    batch,
    { before, revised },
    out,
  );
}

/** Decides where each row's lists go, and writes its inputs. */
function placeLists(
  inputs: InputBuffers,
  { cardOf }: Selection,
  score: CompiledScore,
  before: BeforeColumns | null,
  out: HistoryColumns,
): void {
  const { start, rows } = inputs;
  const { contributions, earnedPoints, inputs: list } = out;
  const width = score.inputs.count;
  for (let r = 0; r < rows; r++) {
    const at = start + r;
    const card = cardOf[r] as number;
    let parts = card >= 0 ? (score.cards[card]?.measures.length ?? 0) : 0;
    let values = card === absentRow ? 0 : width;
    if (card === errorRow) {
      const kept = before !== null && inputs.readers[r] != null;
      parts = kept ? lengthAt(before.contributions.offsets, at) : 0;
      values = kept ? lengthAt(before.inputs.offsets, at) : 0;
    }
    contributions.offsets[at + 1] = (contributions.offsets[at] as number) + parts;
    list.offsets[at + 1] = (list.offsets[at] as number) + values;
  }
  earnedPoints.offsets.set(contributions.offsets.subarray(start, start + rows + 1), start);
  const end = contributions.offsets[start + rows] as number;
  contributions.reserve(end);
  earnedPoints.reserve(end);
  list.reserve(list.offsets[start + rows] as number);
  writeInputs(inputs, cardOf, width, out);
}

/** Rows whose lists are written together: few enough for the innermost cache. */
const tile = 64;

/** Columns into lists, row by row. */
function writeInputs(
  { start, rows, known }: InputBuffers,
  cardOf: Int16Array,
  width: number,
  out: HistoryColumns,
): void {
  const { values, offsets } = out.inputs;
  for (let first = 0; first < rows; first += tile) {
    const last = Math.min(rows, first + tile);
    for (let slot = 0; slot < width; slot++) {
      const column = known[slot] as Float64Array;
      for (let r = first; r < last; r++) {
        if ((cardOf[r] as number) < noCard) continue;
        const value = column[r] as number;
        // One NaN of the many there are, so that equal rows have equal bytes.
        values[(offsets[start + r] as number) + slot] = Number.isNaN(value) ? Number.NaN : value;
      }
    }
  }
}

function lengthAt(offsets: Int32Array, at: number): number {
  return (offsets[at + 1] as number) - (offsets[at] as number);
}

/** The texts and the fields that every row has, scored or not. */
function describeRows(
  { inputs, selection, cards, missingText, knownDays, keptAccount }: Workspace,
  compiled: CompiledPack,
  score: CompiledScore,
  batch: PreparedBatch,
  before: BeforeColumns | null,
  out: HistoryColumns,
  counts: ScoreCounts,
): void {
  const { start, rows, readers, phases } = inputs;
  const { phaseTexts } = compiled.accounts;
  const bandsBefore = score.before?.codes.band ?? [];
  const known = score.score.bands.length;
  const trend = score.score.trend;
  for (let r = 0; r < rows; r++) {
    const at = start + r;
    const card = selection.cardOf[r] as number;
    const bandCode = before && readers[r] ? (before.band[at] as number) : 0;
    if (before && readers[r]) {
      out.beforeDate[at] = compiled.beforeDate;
      out.beforeBand[at] = bandsBefore[bandCode - 1] ?? null;
      out.beforePoints[at] = before.points[at] as number;
    }
    out.rulesHash[at] = compiled.pack.hash;
    if (card === absentRow) {
      out.state[at] = 'absent';
      counts.absent++;
      continue;
    }
    if (card === errorRow) {
      keepResult(score, inputs, before, r, compiled.beforeDate, out);
      counts.errors++;
      continue;
    }
    out.state[at] = 'scored';
    counts.scored++;
    out.phase[at] = phaseTexts[(phases[r] as number) - 1] || null;
    out.missing[at] = inputs.anyMissing ? missingText(inputs.missing, r) : '';
    out.knownOn[at] = knownDays(inputs, r);
    out.account[at] = keptAccount(batch, at);
    if (card === noCard) {
      out.waitingForData[at] = 0;
      out.heldByHysteresis[at] = 0;
      continue;
    }
    const chosen = score.cards[card]?.card;
    out.scorecard[at] = chosen?.id ?? null;
    out.version[at] = chosen?.version ?? null;
    const band = cards.bands[r] as number;
    const points = out.points[at] as number;
    if (band === unknownBand) {
      counts.unknown++;
      counts.unknownLate += cards.waitsForLate[r] as number;
    }
    // Codes of today's bands come first; the one after them is `unknown`.
    if (bandCode !== 0 && bandCode !== known + 1) {
      counts.comparable++;
      if (band !== unknownBand && bandCode !== band + 1) counts.bandChanges++;
    }
    if (trend && before?.trendPoints) {
      const moved = points - (before.trendPoints[at] as number);
      if (!Number.isNaN(moved)) {
        out.trend[at] =
          moved >= trend.change ? 'rising' : moved <= -trend.change ? 'falling' : 'steady';
      }
    }
  }
}
