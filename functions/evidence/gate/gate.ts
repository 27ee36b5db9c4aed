/** The gate: rules go live only with the evidence that their pack requires, accepted by people. */
import { type Finding, findingList } from '../../scorecard/language/lint/findings.ts';
import type { Pack, PackEvidence } from '../../scorecard/language/pack/pack.ts';
import type { AcceptedScore, EvidenceFile } from '../../scorecard/language/schema/evidence.ts';
import { fewestForVerdict } from '../verdict.ts';

/** Accounts that everybody knows, at least, where numbers are too small for anything else. */
export const fewestExemplars = 5;

type Required = NonNullable<PackEvidence['required']>;

/** What keeps the rules from going live; nothing where the pack requires no evidence. */
export function gateFindings({
  id,
  hash,
  evidence,
}: Pick<Pack, 'id' | 'hash' | 'evidence'>): Finding[] {
  const { required, accepted } = evidence;
  const { report, sorted } = findingList();
  if (!required) return [];
  const accept = `Run \`kenko evidence accept rules/${id}\` with your data, and have evidence.yaml reviewed with the rules`;
  if (!accepted) {
    report(
      'evidence-missing',
      'block',
      required.place,
      'The pack requires evidence before its rules go live, and none is accepted',
      accept,
    );
    return sorted();
  }
  if (accepted.rules !== hash) {
    report(
      'evidence-of-other-rules',
      'block',
      accepted.place,
      `The evidence was accepted of rules ${accepted.rules}, and these are ${hash}`,
      accept,
    );
    return sorted();
  }
  for (const score of required.scores) {
    const own = accepted.scores[score];
    const found = own
      ? weaknesses(required, own, accepted.exemplars)
      : [`nothing is accepted of it`];
    for (const why of found) {
      report(
        'evidence-too-weak',
        'block',
        accepted.place,
        `The score ${score} does not have the evidence that pack.yaml requires: ${why}`,
        own ? 'Change the rules until they show it, or what pack.yaml requires' : accept,
      );
    }
  }
  return sorted();
}

function weaknesses(
  required: Required,
  accepted: AcceptedScore,
  { passed, failed }: EvidenceFile['exemplars'],
): string[] {
  const shown = required.auc === null ? [] : unproven(required.auc, accepted, { passed, failed });
  return [
    ...shown,
    ...(required.monotone && !accepted.monotone
      ? ['a band ended worse than a lower one, beyond chance']
      : []),
    ...(required.exemplars && (failed > 0 || passed === 0)
      ? [failed > 0 ? `${failed} exemplars come out otherwise` : 'there are no exemplars']
      : []),
  ];
}

/**
 * Three ways through: the score tells who leaves; or those that a lot held back show that acting on it
 * helped, which a team that saves everybody can still show; or, of few that left, what people say.
 */
function unproven(
  wanted: number,
  { accounts, bad, auc, hold_out, ranking, churns }: AcceptedScore,
  { passed, failed }: EvidenceFile['exemplars'],
): string[] {
  if (hold_out?.verdict === 'helped') return [];
  const few = Math.min(bad, accounts - bad);
  if (few >= fewestForVerdict) {
    if (!auc) return ['it has no AUC'];
    const figure = `AUC ${auc.value.toFixed(2)} (${auc.low.toFixed(2)}–${auc.high.toFixed(2)})`;
    if (auc.low <= 0.5) return [`chance alone could give its ${figure}`];
    return auc.value < wanted
      ? [`${figure} is below ${wanted}, and no lot shows that acting helped`]
      : [];
  }
  const unreviewed = churns.filter(({ note }) => note.trim() === '').length;
  const lacking = [
    ...(failed > 0 || passed < fewestExemplars
      ? [
          `at least ${fewestExemplars} exemplars that all come out right (${passed} do, ${failed} do not)`,
        ]
      : []),
    ...(ranking && ranking.kendall.low > 0
      ? []
      : ['a blind ranking by CSMs that agrees with it beyond chance (kenko evidence ranking)']),
    ...((bad < fewestForVerdict && churns.length < bad) || unreviewed > 0
      ? [`a note in evidence.yaml on every account that ended badly (${unreviewed} have none)`]
      : []),
  ];
  return lacking.length === 0
    ? []
    : [`only ${few} accounts are on its smaller side, so it needs ${lacking.join('; ')}`];
}
