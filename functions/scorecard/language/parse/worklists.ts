/** Reads `worklists.yaml`, or makes lists from the scores' purposes where a pack has none. */
import { createHash } from 'node:crypto';
import type { Expression } from '../cel/expressions.ts';
import { metricsIn } from '../pack/inputs.ts';
import type { Lot, StateSignal } from '../pack/signals.ts';
import { usualWorklists, type Worklist, type Worklists } from '../pack/worklists.ts';
import { isNone, type Report, requireUnique } from '../problems.ts';
import type { WorklistsFile } from '../schema/worklists.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { readShown, type ShownContext, shownScope } from './shown.ts';

export function readWorklists(
  document: YamlDocument<WorklistsFile> | undefined,
  context: ShownContext,
): Worklists {
  // What Kenko itself wrote cannot be wrong in a pack that is right.
  const report: Report = document?.report ?? (() => undefined);
  const written = document?.data ?? usualWorklists(context.scores, context.attributes);
  const scope = shownScope(context);
  const read = (path: PropertyKey[], text: string, purpose: 'signal' | 'value') =>
    readShown(report, path, text, purpose, { context, scope });
  const scores = context.scores.map(({ id }) => id);
  const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);
  requireUnique(idsOf(written), 'ids of lists are unique', report);
  const lists = written.map((list, i): Worklist => {
    if (list.score !== undefined && !scores.includes(list.score)) {
      report([i, 'score'], isNone(list.score, 'no score of the pack', scores));
    }
    const { when, sort } = list;
    const idOf = (r: number) => [i, 'reasons', r, 'id'];
    requireUnique(idsOf(list.reasons), 'ids of reasons are unique', report, idOf);
    return {
      id: list.id,
      label: list.label,
      when: (when !== undefined && read([i, 'when'], when, 'signal')) || null,
      reasons: list.reasons.flatMap((reason, r) => {
        const holds = read([i, 'reasons', r, 'when'], reason.when, 'signal');
        const { signal: _lot, ...rest } = reason;
        return holds ? [{ ...rest, when: holds, lot: null }] : [];
      }),
      sort: (sort !== undefined && numeric(read([i, 'sort'], sort, 'value'), report, i)) || null,
      score: list.score ?? scores[0] ?? '',
    };
  });
  const expressions = lists.flatMap(({ when, reasons, sort }) => [
    when,
    ...reasons.map((reason) => reason.when),
    sort,
  ]);
  const hash = createHash('sha256').update(JSON.stringify(written));
  return { lists, metrics: metricsIn(expressions), hash: hash.digest('hex').slice(0, 16) };
}

/** The same lists, with the lots of the signals that their reasons name. */
export function withLots(
  worklists: Worklists,
  states: readonly StateSignal[],
  document: YamlDocument<WorklistsFile> | undefined,
): Worklists {
  const lots: [list: string, reason: string, lot: Lot][] = [];
  for (const [i, list] of (document?.data ?? []).entries()) {
    for (const [r, { id, signal: name }] of list.reasons.entries()) {
      if (name === undefined) continue;
      const signal = states.find((one) => one.id === name);
      const ids = states.map((one) => one.id);
      if (!signal) {
        document?.report([i, 'reasons', r, 'signal'], isNone(name, 'no signal of a state', ids));
      } else if (signal.lot) lots.push([list.id, id, signal.lot]);
    }
  }
  if (lots.length === 0) return worklists;
  const lotOf = (list: string, reason: string) =>
    lots.find(([of, id]) => of === list && id === reason)?.[2] ?? null;
  const hash = createHash('sha256').update(JSON.stringify([worklists.hash, lots]));
  return {
    ...worklists,
    lists: worklists.lists.map((list) => ({
      ...list,
      reasons: list.reasons.map((one) => ({ ...one, lot: lotOf(list.id, one.id) })),
    })),
    hash: hash.digest('hex').slice(0, 16),
  };
}

function numeric(
  expression: Expression | undefined,
  report: Report,
  i: number,
): Expression | undefined {
  if (expression?.type === 'bool')
    report([i, 'sort'], 'gives true or false, but must give a number');
  return expression;
}
