/** What an account's people take part in outside the product. */
import { TableBuilder } from './columns.ts';
import type { AccountDay } from './kind.ts';
import type { Profile } from './profile.ts';
import { Random } from './random.ts';

export type Occasion = 'event' | 'community' | 'case_study' | 'co_creation';

/** Chances of a keen account on a working day. */
export type Occasions = Partial<Record<Occasion, number>>;

/** Health from which a customer lends its name or its time. */
const keenFrom = 0.66;
const stream = 31;

export class Participations {
  readonly table = new TableBuilder('participations', 'replace', [
    ['participation_id', 'STRING'],
    ['account_id', 'STRING'],
    ['took_part_on', 'DATE'],
    ['kind', 'STRING'],
  ]);
  private readonly seed: number;
  private readonly occasions: Occasions;

  constructor(seed: number, occasions: Occasions) {
    this.seed = seed;
    this.occasions = occasions;
  }

  follow(profile: Profile, key: number): (today: AccountDay) => void {
    const random = new Random(this.seed, stream, key);
    // The own account takes part in everything.
    const keenness = profile.exemplar === 'model' ? 5 : 1;
    let count = 0;
    return ({ day, health, weekend }) => {
      for (const [kind, chance] of Object.entries(this.occasions)) {
        const keen = kind === 'event' ? health : health > keenFrom ? 1 : 0;
        if (weekend || !random.chance(chance * keen * keenness)) continue;
        count++;
        this.table.add(`P-${profile.id.slice(2)}-${count}`, profile.id, day, kind);
      }
    };
  }
}
