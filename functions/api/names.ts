/** What the pack calls its scores, bands and phases. */
import { code, Rejected } from '../errors.ts';
import type { Filter } from '../ports/snapshots.ts';
import type { Named } from '../records/api/common.ts';
import { hasOwners, ownerField } from '../records/owners.ts';
import { quoted } from '../safe-text.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import type { Pack, Score } from '../scorecard/language/pack/pack.ts';
import { plain, unknownBand } from '../scorecard/meaning/texts.ts';

/** Points as shown, of hundredths. */
export const inPoints = (hundredths: number): number => hundredths / 100;

export const inPointsOrNull = (hundredths: number | null): number | null =>
  hundredths === null ? null : hundredths / 100;

/**
 * A score by id, or the pack's first.
 * @throws Rejected `bad-request` that lists the scores there are
 */
export function scoreOf(pack: Pack, id: string | undefined): Score {
  const [first] = pack.scores;
  const score = id === undefined ? first : pack.scores.find((candidate) => candidate.id === id);
  if (score) return score;
  throw unlisted('score', id ?? '', `pack ${pack.id}`, ids(pack.scores));
}

/** @throws Rejected `bad-request` that lists what there is */
export function requireListed(kind: string, id: string, owner: string, known: string[]): void {
  if (!known.includes(id)) throw unlisted(kind, id, owner, known);
}

function unlisted(kind: string, id: string, owner: string, known: string[]): Rejected {
  const list = known.length === 0 ? `${owner} has none` : `${owner} has ${known.join(', ')}`;
  return new Rejected(code.badRequest, `There is no ${kind} ${quoted(id)}; ${list}.`);
}

export const ids = (things: readonly { id: string }[]): string[] => things.map(({ id }) => id);

/** A band with its label; results of older rules may have bands that the pack no longer has. */
export function bandNamed(pack: Pack, score: string, band: string | null): Named | null {
  if (band === null) return null;
  const known = pack.scores.find(({ id }) => id === score)?.bands ?? [];
  return named([...known, unknownBand], band);
}

export function phaseNamed(pack: Pack, phase: string | null): Named | null {
  return phase === null ? null : named(pack.phases, phase);
}

/** A team of the routing; hand-overs of older rules may name one that is no more. */
export function teamNamed({ routing }: Pack, team: string): Named {
  return named(routing?.teams ?? [], team);
}

function named(known: readonly { id: string; label: Label }[], id: string): Named {
  const found = known.find((candidate) => candidate.id === id);
  return { id, label: found?.label ?? plain(id) };
}

/** Accounts that somebody looks after. @throws Rejected `bad-request` where the pack names no owners */
export function ownedBy(pack: Pack, owner: string): Filter {
  if (!hasOwners(pack)) requireListed('attribute', 'owner', `pack ${pack.id}`, pack.attributes);
  return { field: ownerField(pack), op: '==', value: owner };
}
