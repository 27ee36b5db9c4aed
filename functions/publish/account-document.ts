import { code, hasCode } from '../errors.ts';
import { type AccountDetails, packDetails, unpackDetails } from '../records/account-details.ts';
import {
  type AccountDocument,
  accountFormat,
  documentHash,
  type ScoreDocument,
} from '../records/documents.ts';
import { searchKeys } from '../records/name-search.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { Label, Lang } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { compareRows, explainResult } from '../scorecard/meaning/explain.ts';
import type { MeasureDelta, ScoreExplanation } from '../scorecard/meaning/explanation.ts';
import { reasonTexts, scorecardText } from '../scorecard/meaning/reasons.ts';
import { shownRow } from '../scorecard/meaning/shown-row.ts';
import { type EnteredOverride, withOverrides } from './overrides.ts';

export type Attributes = AccountDocument['attributes'];

/** All results of one account in a run, with the rows of the date before. */
export interface AccountResult {
  account: string;
  attributes: Attributes;
  rows: HistoryRow[];
  before: { row: HistoryRow; layout: RulesLayout }[];
  /** The account that took this one over; null while it is there. */
  mergedInto: string | null;
}

/**
 * The document that shows a result, with the overrides in force and who looks after it. What
 * changed is taken over from the latest document where this run found no change.
 * @param given `again`: the result is the one that the latest document shows, in another format; what
 *   that says of the latest change stays, since the rows of its day are not read again
 * @returns undefined for an account that left and was never published
 */
export function accountDocumentOf(given: {
  id: string;
  run: RunDocument;
  layout: RulesLayout;
  result: AccountResult;
  latest: AccountDocument | undefined;
  overrides: readonly EnteredOverride[];
  assignment: AccountDocument['assignment'];
  pack: Pick<Pack, 'scores' | 'worklists'>;
  again?: boolean;
}): AccountDocument | undefined {
  const { run, layout, result, latest } = given;
  const absent = result.rows.every((row) => row.state === 'absent');
  if (absent && !latest) return undefined;
  const resultHash = resultHashOf(result);
  const again = given.again ? latest : undefined;
  const common = {
    format: accountFormat,
    pack: run.pack,
    merged_into: result.mergedInto,
    date: again?.date ?? run.date,
    run: given.id,
    rules_hash: run.rules_hash,
    engine_hash: run.engine_hash,
    result_hash: resultHash,
    hash: documentHash(accountFormat, [resultHash]),
  };
  if (absent) {
    return {
      ...common,
      hash: absentHash(resultHash, result.mergedInto),
      ...nothingShown(),
      attributes: latest?.attributes ?? {},
      assignment: given.assignment,
    };
  }
  const scores: AccountDocument['scores'] = {};
  const details: AccountDetails = {};
  for (const row of result.rows) {
    if (row.state === 'absent') continue;
    const explanation = explainResult(layout, row);
    const before = result.before.find((candidate) => candidate.row.score === row.score);
    const deltas = before ? compareRows(layout, row, before.layout, before.row) : [];
    const then = again?.scores[row.score];
    const change = then ? then.change : changeOf(explanation);
    const score = scoreDocumentOf(
      row,
      change,
      latest?.scores[row.score],
      latest?.date === run.date,
    );
    // Nothing moved on the document's date where its change is that of an earlier one.
    scores[row.score] = then?.moved === 0 ? { ...score, moved: 0 } : score;
    // The latest change keeps its measures, however often the document is written again.
    const isKept = then !== undefined || (change === null && score.change !== null);
    const kept = isKept && latest ? detailsOf(latest)[row.score] : undefined;
    const bands = layout.scores.find((score) => score.id === row.score)?.bands ?? [];
    details[row.score] = {
      explanation,
      bands: Object.fromEntries(bands.map((band) => [band.id, band.label])),
      deltas: isKept ? (kept?.deltas ?? []) : deltas,
      reasons:
        (then && kept?.reasons) ??
        reasonsOf(explanation, deltas, before && switchOf(row, layout, before)),
    };
  }
  const document: AccountDocument = {
    ...common,
    state: 'active',
    phase: result.rows[0]?.phase ?? null,
    attributes: result.attributes,
    scores,
    assignment: given.assignment,
    metrics: listMetrics(given.pack, layout, result),
    worklists: {},
    search: searchKeys(result.attributes.name),
    details: packDetails(details),
  };
  return withOverrides(result.account, document, given.overrides, given.pack);
}

/** What an account is explained by; nothing where that cannot be read: the document is replaced. */
function detailsOf({ details }: AccountDocument): AccountDetails {
  try {
    return unpackDetails(details);
  } catch (error) {
    if (hasCode(error, code.invalidData)) return {};
    throw error;
  }
}

/** Another hash where it is known who took the account over: that may be learnt after it left. */
const absentHash = (result: string, mergedInto: string | null): string =>
  documentHash(accountFormat, [mergedInto === null ? result : `${result} ${mergedInto}`]);

/** The document of an account that left, with who took it over. */
export const withMerge = (document: AccountDocument, mergedInto: string): AccountDocument => ({
  ...document,
  ...nothingShown(),
  format: accountFormat,
  merged_into: mergedInto,
  hash: absentHash(document.result_hash, mergedInto),
});

/** What the document of an account that left shows of results. */
export const nothingShown = () =>
  ({
    state: 'absent',
    phase: null,
    scores: {},
    metrics: {},
    worklists: {},
    search: [],
    details: packDetails({}),
  }) as const satisfies Partial<AccountDocument>;

/** Values of the metrics that worklists read. */
export function listMetrics(
  { worklists }: Pick<Pack, 'worklists'>,
  layout: RulesLayout,
  { rows, attributes }: AccountResult,
): AccountDocument['metrics'] {
  if (worklists.metrics.length === 0) return {};
  const { metrics } = shownRow(layout, rows, attributes);
  return Object.fromEntries(
    worklists.metrics.flatMap((id) => {
      const value = metrics[id];
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

/** Identifies the computed result of all scores. */
function resultHashOf({ rows }: AccountResult): string {
  return rows.map((row) => `${row.score}:${row.result_hash}`).join(',');
}

/** Whether the document shows the result already. */
export const isShown = (latest: AccountDocument, result: AccountResult): boolean =>
  latest.state === 'active' && latest.result_hash === resultHashOf(result);

function scoreDocumentOf(
  row: HistoryRow,
  change: ScoreDocument['change'],
  latest: ScoreDocument | undefined,
  latestIsOfThisDate: boolean,
): ScoreDocument {
  return {
    state: row.state === 'error' ? 'error' : 'scored',
    scorecard: row.scorecard,
    version: row.version,
    points: row.points,
    earned: row.earned,
    available: row.available,
    confidence: row.confidence,
    band: row.band,
    computed_band: row.band,
    override: null,
    cap: row.cap,
    waiting_for_data: row.waiting_for_data ?? false,
    held_by_hysteresis: row.held_by_hysteresis ?? false,
    trend: row.trend,
    // A change that an earlier revision of this date showed is replaced by this one's.
    change: change ?? (latestIsOfThisDate ? null : (latest?.change ?? null)),
    moved: change?.behaviour ?? 0,
    reason: row.reason,
  };
}

/** The change against the result before; null where nothing changed. */
function changeOf({ change, band }: ScoreExplanation): ScoreDocument['change'] {
  if (!change) return null;
  const { from_band, ...points } = change;
  const { total, rules, phase, data, behaviour } = points;
  const moved = [total, rules, phase, data, behaviour].some((part) => part !== 0);
  const bandChanged = from_band !== (band?.id ?? null);
  if (!moved && !bandChanged) return null;
  return { ...points, from_band: bandChanged ? from_band : null };
}

const mostReasons = 3;

/** Where the scorecard changed, that comes first, and what the customer did before the rest. */
function reasonsOf(
  explanation: ScoreExplanation,
  deltas: readonly MeasureDelta[],
  switched: { before: Label; now: Label } | undefined,
): { en: string[]; ja: string[] } {
  const shown = switched
    ? deltas.filter(({ cause }) => cause === 'behaviour' || cause === 'data')
    : deltas;
  const texts = (lang: Lang): string[] =>
    [
      ...(switched ? [scorecardText(switched.before, switched.now, lang)] : []),
      ...reasonTexts(explanation, shown, lang, mostReasons),
    ].slice(0, mostReasons);
  return { en: texts('en'), ja: texts('ja') };
}

/** The labels of both scorecards where another one applies than before. */
function switchOf(
  row: HistoryRow,
  layout: RulesLayout,
  before: { row: HistoryRow; layout: RulesLayout },
): { before: Label; now: Label } | undefined {
  if (row.scorecard === before.row.scorecard) return undefined;
  const from = cardLabel(before.layout, before.row);
  const to = cardLabel(layout, row);
  return from && to ? { before: from, now: to } : undefined;
}

function cardLabel(layout: RulesLayout, row: HistoryRow): Label | undefined {
  const score = layout.scores.find(({ id }) => id === row.score);
  return score?.scorecards.find(({ id }) => id === row.scorecard)?.label;
}
