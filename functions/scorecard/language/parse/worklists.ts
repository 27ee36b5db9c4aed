/** Reads `worklists.yaml`, or makes lists from the scores' purposes where a pack has none. */
import { createHash } from 'node:crypto';
import { readShown, type ShownContext, shownScope } from '../../meaning/shown-row.ts';
import type { Worklist, Worklists } from '../../meaning/worklists.ts';
import { checkExpression, type Expression, type Scope } from '../cel/expressions.ts';
import { usualWorklists } from '../pack/worklists.ts';
import { type Problem, suggestion } from '../problems.ts';
import type { WorklistsFile } from '../schema/worklists.ts';
import type { YamlDocument } from '../yaml/document.ts';

/** What is reported, and where. */
interface Source {
  lists: WorklistsFile;
  read(path: PropertyKey[], text: string, purpose: 'signal' | 'value'): Expression | undefined;
  report(path: PropertyKey[], message: string): void;
}

export function readWorklists(
  document: YamlDocument<WorklistsFile> | undefined,
  context: ShownContext,
  problems: Problem[],
): Worklists {
  const scope = shownScope(context);
  if (!document) return worklistsOf(context, usual(context, scope));
  return worklistsOf(context, {
    lists: document.data,
    read: (path, text, purpose) =>
      readShown(document, path, text, purpose, { context, scope, problems }),
    report: (path, message) => problems.push(document.problem(path, message)),
  });
}

/** What Kenko itself wrote cannot be wrong in a pack that is right. */
function usual({ scores, attributes }: ShownContext, scope: Scope): Source {
  return {
    lists: usualWorklists(scores, attributes),
    read: (_, text, purpose) => {
      const checked = checkExpression(text, scope, purpose);
      return 'problem' in checked ? undefined : checked;
    },
    report: () => undefined,
  };
}

function worklistsOf(
  { scores }: Pick<ShownContext, 'scores'>,
  { lists: written, read, report }: Source,
): Worklists {
  const ids = scores.map(({ id }) => id);
  const lists = written.map((list, i): Worklist => {
    if (written.findIndex(({ id }) => id === list.id) < i) {
      report([i, 'id'], `is ${list.id} again: ids of lists are unique`);
    }
    if (list.score !== undefined && !ids.includes(list.score)) {
      report(
        [i, 'score'],
        `is ${list.score}, which is no score of the pack${suggestion(list.score, ids)}`,
      );
    }
    const { when, sort } = list;
    return {
      id: list.id,
      label: list.label,
      when: (when !== undefined && read([i, 'when'], when, 'signal')) || null,
      reasons: list.reasons.flatMap((reason, r) => {
        if (list.reasons.findIndex(({ id }) => id === reason.id) < r) {
          report([i, 'reasons', r, 'id'], `is ${reason.id} again: ids of reasons are unique`);
        }
        const holds = read([i, 'reasons', r, 'when'], reason.when, 'signal');
        return holds ? [{ ...reason, when: holds }] : [];
      }),
      sort: (sort !== undefined && numeric(read([i, 'sort'], sort, 'value'), report, i)) || null,
      score: list.score ?? ids[0] ?? '',
    };
  });
  const hash = createHash('sha256').update(JSON.stringify(written));
  return { lists, metrics: metricsOf(lists), hash: hash.digest('hex').slice(0, 16) };
}

function numeric(
  expression: Expression | undefined,
  report: Source['report'],
  i: number,
): Expression | undefined {
  if (expression?.type === 'bool')
    report([i, 'sort'], 'gives true or false, but must give a number');
  return expression;
}

function metricsOf(lists: readonly Worklist[]): string[] {
  const read = lists.flatMap(({ when, reasons, sort }) => [
    ...(when?.metrics ?? []),
    ...reasons.flatMap((reason) => reason.when.metrics),
    ...(sort?.metrics ?? []),
  ]);
  return [...new Set(read)];
}
