/** Findings on metrics: those that nothing reads, and those read out of free text. */

import { metricsIn, namedBy, withParts } from '../pack/inputs.ts';
import type { Pack, PackGroup } from '../pack/pack.ts';
import type { Report } from './findings.ts';

export function lintMetrics(pack: Pack, report: Report): void {
  const read = metricsShown(pack);
  const derived = new Set(pack.derived.map(({ id }) => id));
  for (const metric of pack.metrics.values()) {
    if (metric.kind !== 'derived' || derived.has(metric.id)) continue;
    report(
      'unused-metric',
      'warning',
      { file: `rules/${pack.id}/pack.yaml`, line: 1 },
      `The derived metric ${metric.id} is read by nothing`,
      'Use it in a measure, a cap or as reference, or remove it',
    );
  }
  const scored = scoredMetrics(pack);
  for (const group of pack.groups) {
    if (group.metrics.some(({ id }) => scored.has(id))) lintWords(group, report);
    if (!group.file.startsWith(`sql/metrics/${pack.id}/`)) continue;
    const idle = group.metrics.map(({ id }) => id).filter((id) => !read.has(id));
    if (idle.length === 0) continue;
    report(
      'unused-metric',
      'hint',
      { file: group.file, line: 1 },
      `Computed for every account but read by nothing: ${idle.join(', ')}`,
      idle.length === 1 ? 'Use it, or remove it from the group' : 'Use them, or remove them',
    );
  }
}

/** What looks for words in a text that people wrote. */
const wordSearch = /\b(REGEXP_CONTAINS|STRPOS|LIKE)\b/i;

function lintWords({ sql, sqlFile, group }: PackGroup, report: Report): void {
  const lines = sql.split('\n').map((text) => text.replace(/--.*$/, ''));
  const found = lines.findIndex((text) => wordSearch.test(text));
  if (found < 0) return;
  report(
    'free-text',
    'warning',
    { file: sqlFile, line: found + 1 },
    `The group ${group} looks for words in a text, and the score counts what it finds: free text is written differently by everybody, and cleaning it costs more than it tells`,
    'Count something that is recorded as such, or keep it out of the measures',
  );
}

/** Ids of all metrics that measures rest on, also through derived ones. */
export function scoredMetrics({ scores, derived }: Pack): Set<string> {
  const measures = scores.flatMap(({ scorecards }) => scorecards.flatMap((card) => card.measures));
  return new Set(
    withParts(
      measures.map(({ metric }) => metric),
      derived,
    ),
  );
}

function metricsShown({ signals, phases, derived, scores }: Pack): Set<string> {
  return new Set([
    ...(signals?.metrics ?? []),
    ...metricsIn(derived.map(({ expression }) => expression)),
    ...scores.flatMap((score) => namedBy(phases, score).map(({ metric }) => metric)),
  ]);
}
