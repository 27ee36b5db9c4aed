/** A web-experience service's customers: some invent what its makers had not thought of. */
import type { TableBuilder } from './columns.ts';
import {
  type AccountDay,
  type DemoDays,
  type DemoKind,
  type Records,
  subscription,
  words,
} from './kind.ts';
import { Participations } from './participation.ts';
import type { Profile } from './profile.ts';

export const webExperience: DemoKind = {
  ...subscription,
  features: words('segments popups chat surveys scoring live_view templates reports'),
  options: words('mail app_messages data_hub'),
  npsAsked: 0.8,
  records: (days) => new Occasions(days),
};

class Occasions implements Records {
  private readonly participations: Participations;

  constructor(days: DemoDays) {
    this.participations = new Participations(days.seed, {
      event: 0.008,
      community: 0.01,
      co_creation: 0.0015,
    });
  }

  get tables(): TableBuilder[] {
    return [this.participations.table];
  }

  follow(profile: Profile, key: number): (today: AccountDay) => void {
    return this.participations.follow(profile, key);
  }
}
