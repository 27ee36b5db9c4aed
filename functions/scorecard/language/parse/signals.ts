/** Reads `signals.yaml`: what people are told of, when, and where. */
import { createHash } from 'node:crypto';
import type { Expression, Scope, ScopeColumn } from '../cel/expressions.ts';
import { inputsOf } from '../pack/inputs.ts';
import type { DerivedMetric, Phase, Score } from '../pack/pack.ts';
import { eventColumns } from '../pack/signal-events.ts';
import type { EventSignal, PackSignals, SignalText, StateSignal } from '../pack/signals.ts';
import { type Problem, suggestion } from '../problems.ts';
import type { SignalsFile } from '../schema/signals.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { type PackScope, readExpression } from './scope.ts';

type Written = SignalsFile['signals'][number];
type Report = (path: PropertyKey[], message: string) => void;

export interface SignalContext extends PackScope {
  scores: readonly Score[];
  phases: readonly Phase[];
  attributes: readonly string[];
  /** Whether the pack says how records in Salesforce are found. */
  hasRecords: boolean;
}

/** `text`: the file as written, which the signals' hash is of. */
export function readSignals(
  document: YamlDocument<SignalsFile>,
  text: string,
  context: SignalContext,
  problems: Problem[],
): PackSignals {
  const { slack, signals } = document.data;
  const states: StateSignal[] = [];
  const events: EventSignal[] = [];
  const seen = new Set<string>();
  const scope = stateScope(context);
  const digest = slack?.digest;
  if (digest !== undefined && slack?.channels[digest] === undefined) {
    problems.push(document.problem(['slack', 'digest'], noChannel(digest, slack?.channels)));
  }
  for (const [i, written] of signals.entries()) {
    const report: Report = (path, message) =>
      problems.push(document.problem(['signals', i, ...path], message));
    const condition = (field: 'when' | 'recovers', source: string, of: Scope) =>
      readExpression(document, ['signals', i, field], source, of, 'signal', problems);
    if (seen.has(written.id)) report(['id'], `is ${written.id} again: signal ids are unique`);
    seen.add(written.id);
    const place = { file: document.file, line: document.lineOf(['signals', i]) };
    const common = readText(written, document.data, context, report);
    if (written.event !== undefined) {
      refuseLookingBack(written, report);
      const when = condition('when', written.when, eventScope(context, written.event));
      if (when) events.push({ ...common, kind: 'event', event: written.event, when, place });
      continue;
    }
    const when = condition('when', written.when, scope);
    const recovers =
      written.recovers === undefined ? null : condition('recovers', written.recovers, scope);
    if (!when || recovers === undefined) continue;
    checkState(written, [when, recovers], report);
    states.push({
      ...common,
      kind: 'state',
      when,
      recovers,
      within: wholeDays(written.within ?? '1d'),
      maxAge: wholeDays(written.max_age),
      place,
    });
  }
  return {
    language: slack?.language ?? 'en',
    digestChannel: digest === undefined ? null : (slack?.channels[digest] ?? null),
    states,
    events,
    accountColumns: columnsRead(states, context),
    metrics: metricsRead(states, context.derived),
    hash: createHash('sha256').update(text).digest('hex').slice(0, 16),
  };
}

const wholeDays = (text: string): number => Number(text.slice(0, -1));

function noChannel(name: string, channels: Readonly<Record<string, string>> | undefined): string {
  return `is ${name}, which is no channel under slack.channels${suggestion(name, Object.keys(channels ?? {}))}`;
}

function readText(
  written: Written,
  { slack }: SignalsFile,
  { attributes, hasRecords }: SignalContext,
  report: Report,
): Omit<SignalText, 'when' | 'place'> {
  const targets = written.to.flatMap((target, t): SignalText['targets'] => {
    if (target === 'task') {
      if (!hasRecords) {
        report(
          ['to', t],
          'is task, but the pack has no salesforce.yaml, which says how records are found: add one, or use slack',
        );
      }
      return [{ to: 'task' }];
    }
    if (target === 'digest') {
      if (slack?.digest === undefined) {
        report(['to', t], 'is digest, but slack.digest names no channel for it: name one');
      }
      return [{ to: 'digest' }];
    }
    const channel = slack?.channels[target.slack];
    if (channel === undefined) {
      report(['to', t, 'slack'], noChannel(target.slack, slack?.channels));
      return [];
    }
    return [{ to: 'slack', channel, mention: target.mention ?? null }];
  });
  return {
    id: written.id,
    label: written.label,
    severity: written.severity,
    hints: written.hints,
    action: written.action,
    links: written.links,
    owner: readOwner(written.owner, attributes, report),
    targets,
    cooldown: wholeDays(written.cooldown),
  };
}

function readOwner(
  owner: string | undefined,
  attributes: readonly string[],
  report: Report,
): SignalText['owner'] {
  if (owner === undefined) return attributes.includes('owner') ? { column: 'owner' } : null;
  const column = /^account\.(.*)$/.exec(owner)?.[1];
  if (column === undefined) return { address: owner };
  if (!attributes.includes(column)) {
    report(
      ['owner'],
      `is ${owner}, but account.<column> needs a column listed under attributes in pack.yaml${suggestion(column, attributes)}`,
    );
  }
  return { column };
}

function refuseLookingBack({ within, recovers }: Written, report: Report): void {
  const why = 'does not fit an event, which is told when it happens: remove it';
  if (within !== undefined) report(['within'], why);
  if (recovers !== undefined) report(['recovers'], why);
}

function checkState(
  { within }: Written,
  expressions: readonly (Expression | null)[],
  report: Report,
): void {
  const others = expressions.flatMap((expression) => expression?.others ?? []);
  if (
    within !== undefined &&
    !others.some((name) => /^(before|metrics_before|moved)\./.test(name))
  ) {
    report(
      ['within'],
      'is given, but nothing looks back: read before, metrics_before or moved, or remove it',
    );
  }
  for (const [i, field] of (['when', 'recovers'] as const).entries()) {
    const asked = expressions[i]?.asked.find((name) => /^(now|moved)\./.test(name));
    if (asked === undefined) continue;
    report(
      [field],
      `asks has(${asked}), but a signal waits by itself where a result lacks it: leave has() out`,
    );
  }
}

/** What conditions of states may read. */
function stateScope({ scope, scores, phases, derived }: SignalContext): Scope {
  const now = new Map<string, ScopeColumn>();
  const before = new Map<string, ScopeColumn>();
  const metricsBefore = new Map<string, ScopeColumn>();
  for (const score of scores) {
    for (const [name, column] of resultColumns(score)) {
      now.set(`${score.id}.${name}`, column);
      if (beforeValues.has(name)) before.set(`${score.id}.${name}`, column);
    }
    const { measured, derived: made } = inputsOf(
      { derived: [...derived], phases: [...phases] },
      score,
    );
    for (const { metric } of [...measured, ...made]) {
      const column = scope.metrics.get(metric);
      if (column) metricsBefore.set(metric, column);
    }
  }
  const moved = new Map(scores.map(({ id }) => [id, number]));
  return { ...scope, now, before, metrics_before: metricsBefore, moved };
}

const number: ScopeColumn = { type: 'number', nullable: true };

const beforeValues: ReadonlySet<string> = new Set(['points', 'band', 'level', 'scorecard']);

/** What a result has, by name. */
export function resultColumns(score: Score): [name: string, column: ScopeColumn][] {
  const text = (values: string[]): ScopeColumn => ({ type: 'text', nullable: true, values });
  return [
    ['points', number],
    ['level', number],
    ['band', text(score.bands.map(({ id }) => id))],
    ['confidence', number],
    ['trend', text(['rising', 'steady', 'falling'])],
    ['scorecard', text(score.scorecards.map(({ id }) => id))],
  ];
}

/** What conditions of events may read: the event, and the account as it is shown. */
function eventScope(
  { scope, scores, attributes }: SignalContext,
  kind: EventSignal['event'],
): Scope {
  const shown = new Map(
    [...scope.account].filter(([name]) => name === 'phase' || attributes.includes(name)),
  );
  const now = new Map<string, ScopeColumn>();
  for (const score of scores) {
    for (const [name, column] of resultColumns(score)) now.set(`${score.id}.${name}`, column);
  }
  return { account: shown, metrics: new Map(), now, event: eventColumns[kind] };
}

function columnsRead(
  states: readonly StateSignal[],
  { account }: SignalContext,
): PackSignals['accountColumns'] {
  const names = new Set<string>();
  for (const { when, recovers } of states) {
    for (const name of [...when.account, ...(recovers?.account ?? [])]) names.add(name);
  }
  return [...names].flatMap((name) => account.get(name) ?? []);
}

function metricsRead(states: readonly StateSignal[], derived: readonly DerivedMetric[]): string[] {
  const used = new Set<string>();
  const add = (id: string): void => {
    if (used.has(id)) return;
    used.add(id);
    for (const read of derived.find((metric) => metric.id === id)?.expression.metrics ?? []) {
      add(read);
    }
  };
  for (const { when, recovers } of states) {
    for (const id of [...when.metrics, ...(recovers?.metrics ?? [])]) add(id);
  }
  return [...used];
}
