/** The accounts that somebody looks after, in numbers: counted by index, as nobody has very many. */
import type { Filter } from '../../ports/snapshots.ts';
import { mostCounted } from '../../records/api/common.ts';
import type { PortfolioAnswer, ScorePortfolio } from '../../records/api/portfolio.ts';
import { accounts } from '../../records/documents.ts';
import type { PackDocument } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { inPoints, ownedBy, phaseNamed } from '../names.ts';
import { moversOf } from './movers.ts';

type Current = PackDocument['current'];
type Own = Pick<PortfolioAnswer, 'accounts' | 'scores' | 'phases'>;

/** @throws Rejected `bad-request` where the pack names no owners */
export async function countOwn(runtime: Runtime, owner: string, current: Current): Promise<Own> {
  const { pack, snapshots } = runtime;
  const own = ownedBy(pack, owner);
  const count = (field: string, value: string | null, ...more: Filter[]): Promise<number> =>
    snapshots.count({
      collection: accounts,
      where: [own, { field, op: '==', value }, ...more],
      most: mostCounted,
    });
  const isActive: Filter = { field: 'state', op: '==', value: 'active' };
  const phases = [...pack.phases.map(({ id }) => id), null];
  const [active, absent, scores, inPhase] = await Promise.all([
    count('state', 'active'),
    current === null
      ? 0
      : count('state', 'absent', { field: 'date', op: '==', value: current.date }),
    Promise.all(pack.scores.map((score) => scoreOf(score))),
    Promise.all(phases.map((phase) => count('phase', phase, isActive))),
  ]);
  return {
    accounts: { active, absent },
    scores,
    phases: phases
      .map((phase, i) => ({ phase: phaseNamed(pack, phase), accounts: inPhase[i] ?? 0 }))
      .filter(({ phase, accounts: some }) => phase !== null || some > 0),
  };

  async function scoreOf({ id, label, purpose, scale, bands }: Score): Promise<ScorePortfolio> {
    const inBand = (band: string | null) => count(`scores.${id}.band`, band);
    const [found, unknown, unscored, errors, up, down] = await Promise.all([
      Promise.all(bands.map((band) => inBand(band.id))),
      inBand(unknownBand.id),
      inBand(null),
      count(`scores.${id}.state`, 'error'),
      current === null ? [] : moversOf(runtime, id, current, 'up', [own]),
      current === null ? [] : moversOf(runtime, id, current, 'down', [own]),
    ]);
    return {
      ...{ id, label, purpose, scale: inPoints(scale) },
      accounts: found.reduce((sum, some) => sum + some, 0),
      bands: bands.map((band, i) => ({
        ...{ id: band.id, label: band.label, from: inPoints(band.from) },
        accounts: found[i] ?? 0,
      })),
      ...{ unknown, unscored, errors },
      // What people set is in the bands; how many they are, and the average, no index tells.
      ...{ overridden: null, average: null },
      // Whether scorecards have aged is a matter of all accounts.
      aged: null,
      movers: { up, down },
    };
  }
}
