/** Reads `signals.yaml`: what people are notified of, when, and where. */
import { createHash } from 'node:crypto';
import type { Expression, Scope, ScopeColumn } from '../cel/expressions.ts';
import { metricsIn, withParts } from '../pack/inputs.ts';
import {
  type EventSignal,
  eventColumns,
  type PackSignals,
  type SignalText,
  type StateSignal,
} from '../pack/signals.ts';
import { isNoAttribute, isNone, type Report, requireUnique } from '../problems.ts';
import type { SignalsFile } from '../schema/signals.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { columnsRead, readExpression } from './scope.ts';
import { number, resultsScope, type ShownContext, scoredMetrics, shownColumns } from './shown.ts';

type Written = SignalsFile['signals'][number];

export interface SignalContext extends ShownContext {
  /** Whether the pack says how records in Salesforce are found. */
  hasRecords: boolean;
  /** Month in which the contract year begins, from 1. */
  yearFrom: number;
}

/** `text`: the file as written, which the signals' hash is of. */
export function readSignals(
  document: YamlDocument<SignalsFile>,
  text: string,
  context: SignalContext,
): PackSignals {
  const { slack, signals } = document.data;
  const states: StateSignal[] = [];
  const events: EventSignal[] = [];
  const scope = stateScope(context);
  const digest = slack?.digest;
  if (digest !== undefined && slack?.channels[digest] === undefined) {
    document.report(['slack', 'digest'], noChannel(digest, slack?.channels));
  }
  requireUnique(
    signals.map(({ id }) => id),
    'signal ids are unique',
    document.below('signals'),
  );
  for (const [i, written] of signals.entries()) {
    const report = document.below('signals', i);
    const condition = (field: 'when' | 'recovers', source: string, of: Scope) =>
      readExpression(report, [field], source, of, 'signal');
    const place = document.placeOf('signals', i);
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
    const { id, hold_out: share } = written;
    states.push({
      ...common,
      kind: 'state',
      lot: share === undefined ? null : { signal: id, share, yearFrom: context.yearFrom },
      when,
      recovers,
      within: wholeDays(written.within ?? '1d'),
      maxAge: wholeDays(written.max_age),
      place,
    });
  }
  const conditions = states.flatMap(({ when, recovers }) => (recovers ? [when, recovers] : [when]));
  return {
    language: slack?.language ?? 'en',
    digestChannel: digest === undefined ? null : (slack?.channels[digest] ?? null),
    states,
    events,
    accountColumns: columnsRead(conditions, context.account),
    metrics: withParts(metricsIn(conditions), context.derived),
    hash: createHash('sha256').update(text).digest('hex').slice(0, 16),
  };
}

const wholeDays = (text: string): number => Number(text.slice(0, -1));

function noChannel(name: string, channels: Readonly<Record<string, string>> | undefined): string {
  return isNone(name, 'no channel under slack.channels', Object.keys(channels ?? {}));
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
    report(['owner'], isNoAttribute(owner, column, attributes));
  }
  return { column };
}

function refuseLookingBack({ within, recovers, hold_out }: Written, report: Report): void {
  const why = 'does not fit an event, which is reported when it happens: remove it';
  if (within !== undefined) report(['within'], why);
  if (recovers !== undefined) report(['recovers'], why);
  if (hold_out !== undefined) report(['hold_out'], why);
}

function checkState(
  { within, severity, hold_out }: Written,
  expressions: readonly (Expression | null)[],
  report: Report,
): void {
  if (hold_out !== undefined && severity === 'critical') {
    report(
      ['hold_out'],
      'is given, but nobody is held back from what is critical: remove it, or make the signal a warning',
    );
  }
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
function stateScope(context: SignalContext): Scope {
  const { scope, scores } = context;
  return {
    ...scope,
    now: resultsScope(scores),
    before: resultsScope(scores, (value) => beforeValues.has(value)),
    metrics_before: scoredMetrics(context),
    moved: new Map(scores.map(({ id }): [string, ScopeColumn] => [id, number])),
  };
}

const beforeValues: ReadonlySet<string> = new Set(['points', 'band', 'level', 'scorecard']);

/** What conditions of events may read: the event, and the account as it is shown. */
function eventScope(context: SignalContext, kind: EventSignal['event']): Scope {
  return {
    account: shownColumns(context),
    metrics: new Map(),
    now: resultsScope(context.scores),
    event: eventColumns[kind],
  };
}
