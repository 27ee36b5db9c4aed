/** Reads `salesforce.yaml`: which field shows what. */

import { checkExpression, type Expression } from '../cel/expressions.ts';
import type { AccountColumn, Label } from '../pack/catalogue.ts';
import type { SalesforceMapping, SalesforceValue, Score } from '../pack/pack.ts';
import type { Worklist } from '../pack/worklists.ts';
import { isNoAttribute, type Report, suggestion } from '../problems.ts';
import type { SalesforceFile } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { type ShownContext, shownColumns } from './shown.ts';

const plainValues = [
  'points',
  'earned',
  'available',
  'confidence',
  'scorecard',
  'version',
  'trend',
  'cap',
  'change',
  'headline',
  'waiting_for_data',
  'held_by_hysteresis',
] as const;
type PlainValue = (typeof plainValues)[number];

/** What a field may show beside columns of accounts. */
interface Showable {
  scores: readonly Score[];
  attributes: readonly string[];
  /** Whether the pack says which team has an account. */
  routed: boolean;
  lists: readonly Worklist[];
  /** What a pilot may read. */
  shown: ShownContext;
}

export function readSalesforce(
  document: YamlDocument<SalesforceFile>,
  showable: Showable,
  account: ReadonlyMap<string, AccountColumn>,
): SalesforceMapping {
  const { data, report } = document;
  const fields: SalesforceMapping['fields'] = [];
  const isById = data.external_id === undefined;
  if (!isById && !data.child && data.object !== 'Account') {
    report(
      ['object'],
      `is ${data.object}, but records are found by external_id on Account alone: write Account (and name ${data.object} under child, to write to records below it), or keep ids of ${data.object} in salesforce_id instead of external_id`,
    );
  }
  if (isById && !account.has('salesforce_id')) {
    report(
      [],
      'says neither external_id nor do accounts have a column salesforce_id: add one, so that records can be found',
    );
  } else if (isById && !showable.attributes.includes('salesforce_id')) {
    report(
      [],
      'says no external_id, and salesforce_id is not listed under attributes in pack.yaml: list it there, so that records can be found',
    );
  }
  for (const [name, entry] of Object.entries(data.fields)) {
    const { value: source, by_hand: byHand } =
      typeof entry === 'string' ? { value: entry, by_hand: 'repair' } : entry;
    if (name === data.external_id) {
      report(['fields', name], 'is the external id, which is never written: remove it');
    }
    const value = readValue(source, showable);
    if ('problem' in value) report(['fields', name], value.problem);
    else fields.push({ name, source, value, keepByHand: byHand === 'keep' });
  }
  const pilot = data.pilot === undefined ? null : readPilot(data.pilot, report, showable.shown);
  const { child = null } = data;
  if (child) checkChild(child, data, report);
  return { object: data.object, externalId: data.external_id ?? null, child, pilot, fields };
}

/** Records below Accounts: Kenko itself writes what they are found by. */
function checkChild(
  { object, lookup, key }: NonNullable<SalesforceFile['child']>,
  data: SalesforceFile,
  report: Report,
): void {
  if (data.object !== 'Account') {
    report(
      ['object'],
      `is ${data.object}, but records of a child are below Accounts: write Account`,
    );
  }
  if (object === 'Account') {
    report(
      ['child', 'object'],
      'is Account, but Accounts are no records below one: leave child out',
    );
  }
  if (lookup === key) {
    report(['child', 'key'], `is ${key}, which is the lookup already: name a text field`);
  }
  for (const name of [lookup, key].filter((field) => field in data.fields)) {
    report(['fields', name], 'is a field that records of the child are found by: remove it');
  }
}

/** Which accounts are written: a condition over what their documents hold of them. */
function readPilot(text: string, report: Report, shown: ShownContext): Expression | null {
  const other = /\b(metrics|now)\s*\./.exec(text)?.[1];
  if (other !== undefined) {
    const why = `reads ${other}, but a pilot stays the same whatever results say: read account.<column>`;
    report(['pilot'], why);
    return null;
  }
  const scope = { account: shownColumns(shown), metrics: new Map() };
  const checked = checkExpression(text, scope, 'signal');
  if (!('problem' in checked)) return checked;
  const unread = /^reads account\.(\w+), which is no column/.exec(checked.problem)?.[1];
  const isUnlisted = unread !== undefined && shown.account.has(unread);
  const unlisted = `reads account.${unread}, which accounts are not shown with: list it under attributes in pack.yaml`;
  report(['pilot'], isUnlisted ? unlisted : checked.problem);
  return null;
}

function readValue(
  source: string,
  { scores, attributes, routed, lists }: Showable,
): SalesforceValue | { problem: string } {
  const [first = '', second, third, ...rest] = source.split('.');
  const is = `is ${source}, but`;
  if (rest.length > 0) return { problem: `${is} a source has at most three parts` };
  if (first === 'date' && second === undefined) return { of: 'date' };
  if (first === 'phase') {
    const as = languageOf(second === 'label' ? third : second);
    if (second === undefined) return { of: 'phase', as: 'id' };
    return as
      ? { of: 'phase', as }
      : { problem: `${is} a phase is shown as phase, phase.en or phase.ja` };
  }
  if (first === 'worklists' || first === 'next_action') {
    if (first === 'worklists' && second === undefined) return { of: first, as: 'id' };
    const as = third === undefined ? languageOf(second) : undefined;
    if (!as) return { problem: `${is} it is shown as worklists, worklists.ja or next_action.ja` };
    return first === 'worklists'
      ? { of: first, as, labels: labelsOf(lists) }
      : { of: first, as, actions: actionsOf(lists) };
  }
  if (first === 'team' || first === 'owner') {
    if (!routed) return { problem: `${is} the pack has no routing.yaml, which names teams` };
    if (first === 'owner' && second === undefined) return { of: 'owner' };
    if (first === 'team' && second === undefined) return { of: 'team', as: 'id' };
    const as = first === 'team' && third === undefined ? languageOf(second) : undefined;
    return as
      ? { of: 'team', as }
      : { problem: `${is} it is shown as team, team.en, team.ja or owner` };
  }
  if (first === 'account') {
    if (second !== undefined && third === undefined && attributes.includes(second)) {
      return { of: 'account', column: second };
    }
    return { problem: isNoAttribute(source, second ?? '', attributes) };
  }
  const score = scores.find(({ id }) => id === first);
  if (!score) {
    const names = [
      'phase',
      'date',
      'account',
      'team',
      'owner',
      'worklists',
      'next_action',
      ...scores.map(({ id }) => id),
    ];
    return { problem: `${is} ${first} is no score${suggestion(first, names)}` };
  }
  return readScoreValue(score, second, third, is);
}

function labelsOf(lists: readonly Worklist[]): Record<string, Label> {
  return Object.fromEntries(lists.map(({ id, label }) => [id, label]));
}

function actionsOf(lists: readonly Worklist[]): Record<string, Record<string, Label>> {
  return Object.fromEntries(
    lists.map((list) => [
      list.id,
      Object.fromEntries(list.reasons.map(({ id, action }) => [id, action])),
    ]),
  );
}

function readScoreValue(
  score: Score,
  value: string | undefined,
  detail: string | undefined,
  is: string,
): SalesforceValue | { problem: string } {
  const of = 'score';
  if (value === 'band') {
    if (detail === undefined) return { of, score: score.id, value, as: 'id' };
    const as = languageOf(detail);
    return as
      ? { of, score: score.id, value, as }
      : { problem: `${is} a band is shown as band, band.en or band.ja` };
  }
  if (value === 'reasons') {
    const as = languageOf(detail);
    return as
      ? { of, score: score.id, value, as }
      : { problem: `${is} reasons are reasons.en or reasons.ja` };
  }
  if (value === 'axis') {
    const axes = [...new Set(score.scorecards.flatMap((card) => card.axes.map(({ id }) => id)))];
    if (detail !== undefined && axes.includes(detail))
      return { of, score: score.id, value, axis: detail };
    return {
      problem: `${is} axis.<id> needs an axis of the score${suggestion(detail ?? '', axes)}`,
    };
  }
  const plain = plainValues.find((name): name is PlainValue => name === value);
  if (plain === undefined || detail !== undefined) {
    return {
      problem: `${is} a score has ${[...plainValues, 'band', 'reasons.en', 'axis.<id>'].join(', ')}`,
    };
  }
  if (plain === 'headline' && score.headline === null) {
    return { problem: `${is} the score has no headline: name one in pack.yaml` };
  }
  return { of, score: score.id, value: plain };
}

function languageOf(text: string | undefined): 'en' | 'ja' | undefined {
  return text === 'en' || text === 'ja' ? text : undefined;
}
