/** What reaches people: inquiries, surveys, and the judgements of those who meet customers. */
import type { Profile } from './profile.ts';
import { clamp, type Random } from './random.ts';
import type { World } from './world.ts';

const judgements = ['proficiency', 'embeddedness', 'sponsorship'] as const;
const judgementDays = 180;

export interface Mood {
  day: number;
  health: number;
  /** The product causes trouble at this time. */
  pain: boolean;
  /** The customer wants more at this time. */
  wish: boolean;
  seats: number;
  /** Days since the contract started; negative during a trial. */
  contractDays: number;
  csm: string;
}

export class Care {
  private tickets = 0;
  private surveys = 0;
  private assessed = 0;
  private readonly world: World;
  private readonly profile: Profile;
  private readonly random: Random;

  constructor(world: World, profile: Profile, random: Random) {
    this.world = world;
    this.profile = profile;
    this.random = random;
  }

  live(mood: Mood, weekend: boolean): void {
    this.inquire(mood, weekend);
    this.survey(mood);
    if (!weekend && mood.contractDays > 20) this.judge(mood);
  }

  private inquire(mood: Mood, weekend: boolean): void {
    const { random } = this;
    const usual = (0.007 + 0.0008 * mood.seats) * (mood.health > 0.15 ? 1 : 0.4);
    const rate = usual * (mood.pain ? 11 : 1) * (weekend ? 0.25 : 1);
    if (random.chance(rate)) this.open(mood, kindOf(random, mood));
    // Keen customers have wishes.
    const keen = mood.health > 0.66 || (mood.wish && mood.contractDays < 0);
    if (keen && !weekend && random.chance(mood.wish ? 0.03 : 0.006)) this.open(mood, 'request');
  }

  private open(mood: Mood, kind: string): void {
    const { random } = this;
    const draw = random.next();
    const severity =
      draw < (mood.pain ? 0.2 : 0.01)
        ? 'urgent'
        : draw < (mood.pain ? 0.65 : 0.07)
          ? 'high'
          : draw < 0.7
            ? 'normal'
            : 'low';
    const mean = this.profile.patience * (mood.pain ? 17 : 2.4);
    const closed = mood.day + random.rounded(4 * mean * random.next() * random.next());
    const ended = closed <= this.world.today ? closed : null;
    this.tickets++;
    const id = `T-${this.profile.id.slice(2)}-${this.tickets}`;
    this.world.tickets.add(id, this.profile.id, mood.day, ended, kind, severity);
    if (random.chance(0.2)) {
      const score = clamp(Math.round(2.2 + 2.4 * mood.health + 0.8 * random.normal()), 1, 5);
      if (ended !== null) this.ask('csat', ended, ended, score);
    }
  }

  /** NPS 30 and 90 days after the start, then every half year. */
  private survey(mood: Mood): void {
    const days = mood.contractDays;
    if (days !== 30 && days !== 90 && !(days > 90 && days % 182 === 0)) return;
    const { random } = this;
    const { npsAsked } = this.world.kind;
    if (npsAsked < 1 && !random.chance(npsAsked)) return;
    const answered = random.chance(0.3) ? mood.day + random.whole(0, 12) : null;
    const score = clamp(Math.round(3.2 + 5.8 * mood.health + 1.5 * random.normal()), 0, 10);
    this.ask('nps', mood.day, answered, score);
  }

  private ask(kind: string, asked: number, answered: number | null, score: number): void {
    const known = answered !== null && answered <= this.world.today;
    this.surveys++;
    const id = `S-${this.profile.id.slice(2)}-${this.surveys}`;
    this.world.surveys.add(
      id,
      this.profile.id,
      kind,
      asked,
      known ? answered : null,
      known ? score : null,
    );
  }

  private judge(mood: Mood): void {
    const { random } = this;
    for (const kind of judgements) {
      if (!random.chance(0.009)) continue;
      const seen = mood.health + 0.13 * random.normal();
      this.assessed++;
      this.world.assessments.add(
        `J-${this.profile.id.slice(2)}-${this.assessed}`,
        this.profile.id,
        mood.day,
        kind,
        seen < 0.42 ? 'low' : seen < 0.64 ? 'middle' : 'high',
        mood.csm,
        'csm',
        mood.day + judgementDays,
      );
    }
  }
}

function kindOf(random: Random, mood: Mood): string {
  const draw = random.next();
  const bug = mood.pain ? 0.6 : 0.2;
  const request = mood.wish ? 0.35 : 0.15;
  if (draw < bug) return 'bug';
  if (draw < bug + request) return 'request';
  return draw < 0.95 ? 'question' : 'billing';
}
