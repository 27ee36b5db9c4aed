/** What an account is like for as long as it exists: invented, and plainly so. */
import { clamp, type Random } from './random.ts';

export type Segment = 'smb' | 'mid' | 'enterprise';

export interface Profile {
  id: string;
  name: string;
  segment: Segment;
  industry: string;
  region: string;
  plan: string;
  seats: number;
  pricePerSeat: number;
  /** Days of a contract term. */
  term: number;
  /** How well the product suits the customer, 0 to 1: where its health tends to. */
  fit: number;
  /** Share of registered users relative to what its health suggests. */
  crowd: number;
  /** Share of actions that fail in ordinary times. */
  errorRate: number;
  /** Features more or fewer than others of its health use. */
  breadth: number;
  /** Options it has taken. */
  options: number;
  /** How much its key users work in the product themselves. */
  handsOn: number;
  /** Days its inquiries take, relative to others. */
  patience: number;
  /**
   * Accounts that exemplars name: they keep their health and never leave. `model` is the company's
   * own account, used as it is meant to be; `idle` has hardly begun and is kept all the same;
   * `unused` pays for a year of nothing and leaves at its end.
   */
  exemplar?: 'model' | 'idle' | 'unused';
  /** Data that was never set up for this account. */
  lacks: { usage: boolean; events: boolean; users: boolean };
}

const syllables = 'ア カ サ タ ナ ミ リ ル レ ノ モ ヨ ラ セ ト ヴィ'.split(' ');
const industries = [
  ['製造', 'manufacturing'],
  ['物流', 'logistics'],
  ['食品', 'food'],
  ['建設', 'construction'],
  ['メディカル', 'healthcare'],
  ['出版', 'publishing'],
  ['ソフトウェア', 'software'],
  ['不動産', 'real-estate'],
  ['商店', 'retail'],
  ['教育', 'education'],
] as const;
const regions = ['tokyo', 'osaka', 'nagoya', 'fukuoka', 'sapporo'] as const;

/** A made-up word for a name. */
export const wordOf = (random: Random): string =>
  Array.from({ length: random.whole(3, 4) }, () => random.pick(syllables)).join('');

function drawProfile(random: Random, slot: number, generation: number): Profile {
  const size = random.next();
  const segment: Segment = size < 0.58 ? 'smb' : size < 0.88 ? 'mid' : 'enterprise';
  const [suffix, industry] = random.pick(industries);
  const word = wordOf(random);
  const seats =
    segment === 'smb'
      ? random.whole(5, 14)
      : segment === 'mid'
        ? random.whole(14, 32)
        : random.whole(32, 70);
  const plan =
    segment === 'enterprise'
      ? 'premium'
      : segment === 'mid'
        ? random.pick(['standard', 'premium'])
        : random.pick(['starter', 'starter', 'standard']);
  const number = String(slot + 1).padStart(4, '0');
  const lacking = random.next();
  return {
    id: generation === 0 ? `A-${number}` : `A-${number}-${generation + 1}`,
    name: random.chance(0.5) ? `株式会社${word}${suffix}` : `${word}${suffix}株式会社`,
    segment,
    industry,
    region: random.pick(regions),
    plan,
    seats,
    pricePerSeat: plan === 'premium' ? 2400 : plan === 'standard' ? 1600 : 980,
    term: segment === 'smb' && random.chance(0.5) ? 182 : 365,
    fit: clamp(0.62 + 0.17 * random.normal(), 0.2, 0.95),
    crowd: random.between(-0.12, 0.16),
    errorRate: 0.008 + 0.05 * random.next() * random.next(),
    breadth: random.between(-1.2, 1.2),
    options:
      plan === 'premium'
        ? random.whole(1, 3)
        : plan === 'standard'
          ? random.whole(0, 2)
          : random.whole(0, 1),
    handsOn: random.between(0.12, 1),
    patience: random.between(0.5, 1.7),
    lacks: {
      usage: lacking < 0.04,
      events: lacking > 0.03 && lacking < 0.06,
      users: lacking > 0.965 || lacking < 0.01,
    },
  };
}

/** The profile of the account in a slot; the first two slots hold the exemplars. */
export function profileOf(random: Random, slot: number, generation: number): Profile {
  const profile = drawProfile(random, slot, generation);
  if (slot > 1) return profile;
  const lacks = { usage: false, events: false, users: false };
  const common = { ...profile, term: 365, seats: 12, segment: 'smb' as const, lacks };
  return slot === 0
    ? {
        ...common,
        name: 'Kenko（自社利用）',
        plan: 'premium',
        fit: 0.93,
        crowd: 0.1,
        errorRate: 0.01,
        breadth: 1.2,
        options: 3,
        handsOn: 1,
        exemplar: 'model',
      }
    : { ...common, fit: 0.12, crowd: -0.1, errorRate: 0.04, breadth: -1, exemplar: 'idle' };
}
