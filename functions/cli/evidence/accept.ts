import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { dataFindings } from '../../evidence/data-findings.ts';
import { acceptedScore } from '../../evidence/gate/accepted.ts';
import { gateFindings } from '../../evidence/gate/gate.ts';
import { agreementOf } from '../../evidence/gate/ranking.ts';
import { type ScoredData, scoreOnData } from '../../own-data/rules-data.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import type { EvidenceFile } from '../../scorecard/language/schema/evidence.ts';
import { schemaLine } from '../../scorecard/language/schema/json-schemas.ts';
import { systemClock } from '../../system-clock.ts';
import { author, dataPlaceOf, type OptionsOf } from '../options.ts';
import { colour, print, printJson } from '../output.ts';
import { yamlOf } from '../rules/new-pack.ts';
import { pointsOf, readRanking } from './ranking.ts';
import { readReports, reportCommand } from './report/past-reports.ts';

const command = (evidence: Command) =>
  reportCommand(evidence, 'accept')
    .description('write what the past says of these rules beside them, to be reviewed with them')
    .option('--ranking <file>', 'what CSMs ranked, as `kenko evidence ranking` draws it')
    .addOption(author('who accepts it'));

/** `kenko evidence accept [DIR]`: `evidence.yaml`, which the gate of `kenko rules check` reads. */
export function addAccept(evidence: Command): void {
  command(evidence).action(accept);
}

async function accept(folder: string, options: OptionsOf<typeof command>): Promise<void> {
  if (options.data === undefined && options.state === undefined) {
    throw new Rejected(
      code.badRequest,
      "The demo's customers are invented, so they prove nothing of your rules; name your data with --data or --state.",
    );
  }
  const ranked = options.ranking === undefined ? [] : readRanking(options.ranking);
  const { pack, past, scores } = await readReports(folder, options);
  const [scored] = await scoreOnData([pack], dataPlaceOf(options));
  if (!scored) throw new Error('a pack that was judged is scored');
  const exemplars = exemplarsOf(pack, scored);
  const before = pack.evidence.accepted;
  const found: EvidenceFile = {
    rules: pack.hash,
    accepted_on: systemClock.now().toISOString().slice(0, 10),
    accepted_by: options.author,
    from: past.from,
    to: past.to,
    lead: options.lead,
    exemplars,
    scores: Object.fromEntries(
      scores.map(({ score, report, judged }) => [
        score.id,
        acceptedScore(pack, score, {
          judged,
          report,
          layout: scored.layout,
          ranking: agreementOf(ranked, pointsOf(scored.rows.get(score.id) ?? [])),
          before: before?.scores[score.id],
        }),
      ]),
    ),
  };
  const path = join(folder, 'evidence.yaml');
  const name = `rules/${pack.id}/evidence.yaml`;
  const comment =
    '# Written by `kenko evidence accept`, reviewed like the rules; only the notes are for people to fill in.';
  writeFileSync(path, `${schemaLine(name)}\n${comment}\n${yamlOf(readable(found))}`);
  const findings = gateFindings({
    ...pack,
    evidence: { ...pack.evidence, accepted: { ...found, place: { file: name, line: 1 } } },
  });
  if (options.json) return printJson({ file: path, accepted: found, findings });
  print(`${path} is written; commit it with the rules.`);
  for (const { message, advice } of findings) print(`${colour.red(message)}\n  ${advice}`);
  if (findings.length > 0) return;
  print(
    pack.evidence.required
      ? 'It is what pack.yaml requires.'
      : 'pack.yaml requires no evidence: evidence: { auc: 0.65, monotone: true, exemplars: pass } would.',
  );
}

/** With as many digits as anybody reads; what the gate compares has two. */
function readable(found: EvidenceFile): EvidenceFile {
  const short = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(4)) : value;
  return JSON.parse(JSON.stringify(found, short));
}

/** How many of the accounts that everybody knows come out as they must. */
function exemplarsOf(pack: Pack, scored: ScoredData): EvidenceFile['exemplars'] {
  const amiss = ['exemplar', 'exemplar-absent', 'exemplar-unscored'];
  const failed = dataFindings(pack, scored).filter(({ rule }) => amiss.includes(rule)).length;
  return { passed: pack.exemplars.length - failed, failed };
}
