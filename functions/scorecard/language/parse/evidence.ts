/** Reads what evidence a pack requires of its rules, and what was accepted. */
import type { PackEvidence, Score } from '../pack/pack.ts';
import { isNone } from '../problems.ts';
import type { EvidenceFile } from '../schema/evidence.ts';
import type { PackFile } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';

export function readEvidence(
  pack: YamlDocument<PackFile>,
  accepted: YamlDocument<EvidenceFile> | undefined,
  scores: readonly Score[],
): PackEvidence {
  const { auc, monotone, exemplars, scores: wanted, year_from } = pack.data.evidence;
  const known = scores.map(({ id }) => id);
  for (const [i, id] of (wanted ?? []).entries()) {
    if (known.includes(id)) continue;
    pack.report(['evidence', 'scores', i], isNone(id, 'no score of this pack', known));
  }
  const asked = auc !== undefined || monotone === true || exemplars !== undefined;
  if (wanted && !asked) {
    pack.report(
      ['evidence', 'scores'],
      'names scores, but nothing is required: add auc, monotone or exemplars',
    );
  }
  return {
    yearFrom: year_from,
    required: asked
      ? {
          scores: wanted ?? known,
          auc: auc ?? null,
          monotone: monotone ?? false,
          exemplars: exemplars !== undefined,
          place: pack.placeOf('evidence'),
        }
      : null,
    // A score that the pack no longer has says nothing of the others: other rules are found by the hash.
    accepted: accepted ? { ...accepted.data, place: accepted.placeOf('rules') } : null,
  };
}
