/** One account with all that its scores are made of. */
import type { Stored } from '../../ports/snapshots.ts';
import { type ScoreDetails, unpackDetails } from '../../records/account-details.ts';
import {
  type AccountAnswer,
  type MeasureAnswer,
  type MeasureChange,
  otherChanges,
  type ScoreAnswer,
  type ScoreChange,
} from '../../records/api/accounts.ts';
import type { Named } from '../../records/api/common.ts';
import { ref } from '../../records/collection.ts';
import {
  type AccountDocument,
  accountName,
  accounts,
  crmAccounts,
  noAccount,
  type ScoreDocument,
} from '../../records/documents.ts';
import { packs } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import { isUntouched } from '../../sync/pilot.ts';
import { waitingSince } from '../../sync/record-outcomes.ts';
import { bandNamed, inPoints, inPointsOrNull, phaseNamed } from '../names.ts';

/** @throws Rejected `not-found` */
export async function findAccount(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  id: string,
): Promise<Stored<AccountDocument>> {
  const account = await snapshots.get(ref(accounts, id));
  if (!account) throw noAccount(id);
  return account;
}

/** @throws Rejected `not-found` */
export async function getAccount(runtime: Runtime, id: string): Promise<AccountAnswer> {
  const { snapshots, pack } = runtime;
  const { data } = await findAccount(runtime, id);
  const details = unpackDetails(data.details);
  const crm = (await snapshots.get(ref(crmAccounts, id)))?.data;
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  const scores: ScoreAnswer[] = [];
  for (const [score, result] of inPackOrder(pack, data.scores)) {
    const detail = details[score];
    if (!detail) throw new Error(`account ${id} has no details of score ${score}`);
    scores.push(scoreAnswerOf(score, result, detail, runtime.pack));
  }
  return {
    id,
    name: accountName(data),
    state: data.state,
    merged_into: data.merged_into,
    phase: phaseNamed(pack, data.phase),
    attributes: data.attributes,
    date: data.date,
    run: data.run,
    as_of_date: current?.date ?? null,
    rules_hash: data.rules_hash,
    engine_hash: data.engine_hash,
    scores,
    assignment: data.assignment && {
      team: data.assignment.team,
      owner: data.assignment.owner,
      since: data.assignment.since,
      why: data.assignment.why,
    },
    // Outside the pilot of the mapping there is nothing to say of it.
    crm:
      crm && !(pack.salesforce && isUntouched(pack.salesforce, data, crm))
        ? {
            state: crm.state,
            record_id: crm.record_id,
            code: crm.code,
            reason: crm.reason,
            fields: crm.fields,
            since: waitingSince(crm),
            at: crm.at,
            run: crm.run,
          }
        : null,
  };
}

/** Scores as the pack lists them, the main one first; scores that it no longer has come last. */
function inPackOrder(
  pack: Runtime['pack'],
  scores: AccountDocument['scores'],
): [string, ScoreDocument][] {
  const place = (score: string): number => {
    const index = pack.scores.findIndex(({ id }) => id === score);
    return index < 0 ? pack.scores.length : index;
  };
  return Object.entries(scores).sort(([a], [b]) => place(a) - place(b));
}

function scoreAnswerOf(
  id: string,
  result: ScoreDocument,
  detail: ScoreDetails,
  pack: Runtime['pack'],
): ScoreAnswer {
  const { explanation } = detail;
  // Bands as they were when the result was made: the pack may have others by now.
  const band = (name: string | null): Named | null => {
    const known = name === null ? undefined : detail.bands[name];
    return name !== null && known ? { id: name, label: known } : bandNamed(pack, id, name);
  };
  return {
    id,
    label: explanation.label,
    state: result.state,
    reason: result.reason,
    scale: inPoints(explanation.scale),
    points: inPointsOrNull(result.points),
    earned: inPointsOrNull(result.earned),
    available: inPointsOrNull(result.available),
    factor: result.available ? explanation.scale / result.available : null,
    confidence: result.confidence,
    scorecard: explanation.scorecard,
    bands: Object.entries(detail.bands).map(([name, label]) => ({ id: name, label })),
    band: band(result.band),
    computed_band: band(result.computed_band),
    override: result.override,
    cap: explanation.cap,
    waiting_for_data: result.waiting_for_data,
    waiting_since: explanation.waiting_since,
    band_points: inPointsOrNull(explanation.band_points),
    held_by_hysteresis: result.held_by_hysteresis,
    stayed: explanation.stayed,
    trend: result.trend,
    headline: explanation.headline,
    axes: explanation.axes.map((axis) => ({
      ...axis,
      points: inPoints(axis.points),
      available: inPoints(axis.available),
    })),
    measures: explanation.measures.map(measureAnswerOf),
    reference: explanation.reference,
    change: changeAnswerOf(result, detail),
    reasons: detail.reasons,
  };
}

function measureAnswerOf(measure: ScoreDetails['explanation']['measures'][number]): MeasureAnswer {
  return {
    ...measure,
    earned: inPointsOrNull(measure.earned),
    available: inPoints(measure.available),
    contribution: inPointsOrNull(measure.contribution),
    next: measure.next && { value: measure.next.value, gain: inPoints(measure.next.gain) },
  };
}

function changeAnswerOf(
  { change }: ScoreDocument,
  { explanation, deltas }: ScoreDetails,
): ScoreChange | null {
  if (!change) return null;
  const sum = deltas.reduce((total, { delta }) => total + delta, 0);
  // An earlier release did not keep the measures of a change that it took over.
  const isOfChange = explanation.change?.since === change.since || sum === change.total;
  const measures = isOfChange ? deltas.map(measureChangeOf) : [];
  const rest = change.total - (isOfChange ? sum : 0);
  if (rest !== 0) measures.push(otherChanges(inPoints(rest)));
  return {
    since: change.since,
    from: inPoints(change.from),
    from_band: change.from_band,
    total: inPoints(change.total),
    rules: inPoints(change.rules),
    phase: inPoints(change.phase),
    data: inPoints(change.data),
    behaviour: inPoints(change.behaviour),
    measures,
  };
}

function measureChangeOf(delta: ScoreDetails['deltas'][number]): MeasureChange {
  return {
    ...delta,
    before_contribution: inPointsOrNull(delta.before_contribution),
    now_contribution: inPointsOrNull(delta.now_contribution),
    delta: inPoints(delta.delta),
  };
}
