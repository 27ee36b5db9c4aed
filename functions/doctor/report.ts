/** What `kenko doctor` found: one finding for each thing that was looked at. */
import { z } from 'zod';
import { type Label, label } from '../scorecard/language/pack/catalogue.ts';

export const finding = z.strictObject({
  /** The check that it comes from; stable. */
  id: z.string(),
  /** What was looked at. */
  checked: label,
  outcome: z.enum(['ok', 'warning', 'problem', 'not-checked']),
  /** What is wrong, in one sentence; what was found, where nothing is. */
  said: label.nullable(),
  /** What to do about it; null where there is nothing to do. */
  advice: label.nullable(),
});
export type Finding = z.infer<typeof finding>;

export const doctorReport = z.strictObject({
  pack: z.string().nullable(),
  findings: z.array(finding),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/** What is wrong, and what to do. */
export interface Trouble {
  said: Label;
  advice: Label;
}

/** A finding without the id of its check, which whoever runs the check adds. */
export type Found = Omit<Finding, 'id'>;

export const ok = (checked: Label, said: Label | null = null): Found => ({
  checked,
  outcome: 'ok',
  said,
  advice: null,
});
export const problem = (checked: Label, trouble: Trouble): Found => ({
  checked,
  outcome: 'problem',
  ...trouble,
});
export const warning = (checked: Label, trouble: Trouble): Found => ({
  checked,
  outcome: 'warning',
  ...trouble,
});
export const notChecked = (checked: Label, said: Label): Found => ({
  checked,
  outcome: 'not-checked',
  said,
  advice: null,
});

/** True where something has to be mended before Kenko can work. */
export const hasProblem = (findings: readonly Pick<Finding, 'outcome'>[]): boolean =>
  findings.some(({ outcome }) => outcome === 'problem');
