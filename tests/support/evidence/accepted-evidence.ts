/** Evidence of the small pack that was accepted, as its `evidence.yaml` would hold it. */
import type {
  AcceptedScore,
  EvidenceFile,
} from '../../../functions/scorecard/language/schema/evidence.ts';

/** What the gate takes: enough accounts, an AUC beyond chance, no band below a worse one. */
export const provenScore: AcceptedScore = {
  basis: 'untuned',
  accounts: 300,
  bad: 40,
  auc: { value: 0.76, low: 0.7, high: 0.82 },
  monotone: true,
  hold_out: null,
  ranking: null,
  churns: [],
};

/** @param rules the hash of the rules that it was accepted of */
export const acceptedEvidence = (
  rules: string,
  changes: Partial<EvidenceFile> = {},
): EvidenceFile => ({
  rules,
  accepted_on: '2026-04-01',
  accepted_by: 'ops@example.com',
  from: '2025-04-01',
  to: '2026-03-31',
  lead: 60,
  exemplars: { passed: 5, failed: 0 },
  scores: { health: provenScore },
  ...changes,
});
