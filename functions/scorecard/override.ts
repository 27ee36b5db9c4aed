/** A person's band in place of the computed one: applied when a result is published. */
import { z } from 'zod';

/** `until` is mandatory: an override that never ends would outlive its reason. */
export const override = z
  .strictObject({
    id: z.string().min(1),
    score: z.string().min(1),
    band: z.string().min(1),
    reason: z.string().min(1).max(2000),
    author: z.string().min(1).max(200),
    /** Instants, ISO 8601 in UTC; in force from `from` up to, without, `until`. */
    from: z.iso.datetime(),
    until: z.iso.datetime(),
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ['until'],
    error: 'must be after from',
  });
export type Override = z.infer<typeof override>;

/** Both results are kept: what was computed and what is in force. */
export interface EffectiveBand {
  band: string | null;
  computed: string | null;
  /** The override in force, if any. */
  override: Override | null;
}

/** True while `override` is in force at `at`. */
export function inForce({ from, until }: Pick<Override, 'from' | 'until'>, at: Date): boolean {
  return Date.parse(from) <= at.getTime() && at.getTime() < Date.parse(until);
}

/** The band that counts at `at`; an override also counts where no band could be computed. */
export function effectiveBand(
  computed: string | null,
  candidate: Override | null,
  at: Date,
): EffectiveBand {
  if (candidate && inForce(candidate, at)) {
    return { band: candidate.band, computed, override: candidate };
  }
  return { band: computed, computed, override: null };
}
