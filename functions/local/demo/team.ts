/** The users of an account: who joins, who carries the product, who leaves. */
import { clamp, type Random } from './random.ts';
import { Versions, type World } from './world.ts';

interface User {
  id: string;
  role: 'key_user' | 'admin' | 'member' | 'viewer';
  joined: number;
  row: Versions;
}

export class Team {
  /** Present users; the keener ones first, so that the last ones stop first. */
  readonly members: User[] = [];
  /** Present key users and administrators. */
  keyUsers: User[] = [];
  private count = 0;
  /** Day on which a successor of a key user starts; 0 for none. */
  private successor = 0;
  private readonly gone: User[] = [];
  private readonly world: World;
  private readonly account: string;
  private readonly random: Random;
  private readonly recorded: boolean;

  constructor(world: World, account: string, random: Random, recorded: boolean) {
    this.world = world;
    this.account = account;
    this.random = random;
    this.recorded = recorded;
  }

  /** The first users: one key user, one administrator, and others. */
  begin(day: number, size: number): void {
    for (let i = 0; i < Math.max(2, size); i++)
      this.join(day, i === 0 ? 'key_user' : i === 1 ? 'admin' : undefined);
  }

  /** One day of joining and leaving; true when a key user left. */
  live(day: number, wanted: number, health: number, keyUsersStay: boolean): boolean {
    const { random } = this;
    const gap = wanted - this.members.length;
    if (gap > 0 && random.chance(clamp(0.06 + 0.05 * gap, 0, 0.6))) this.join(day);
    const last = this.members.at(-1);
    if (
      last &&
      this.members.length > 2 &&
      random.chance(gap < -1 ? 0.03 : 0.0004 * this.members.length)
    )
      this.leave(day, last.role === 'key_user' || last.role === 'admin' ? undefined : last);
    return !keyUsersStay && this.changeKeyUsers(day, health);
  }

  /** The account ends, and with it what is known of its users. */
  end(day: number | null): void {
    for (const user of [...this.members, ...this.gone]) user.row.end(day);
  }

  private join(day: number, role?: User['role']): void {
    this.count++;
    const user: User = {
      id: `${this.account}-u${String(this.count).padStart(2, '0')}`,
      role: role ?? (this.random.chance(0.15) ? 'viewer' : 'member'),
      joined: day,
      row: new Versions(this.world.users),
    };
    const carries = user.role === 'key_user' || user.role === 'admin';
    const place = carries ? this.keyUsers.length : this.random.whole(0, this.members.length);
    this.members.splice(place, 0, user);
    if (carries) this.keyUsers.push(user);
    this.record(user, day, null);
  }

  private leave(day: number, user: User | undefined): void {
    if (!user) return;
    this.members.splice(this.members.indexOf(user), 1);
    this.keyUsers = this.keyUsers.filter((other) => other !== user);
    this.gone.push(user);
    this.record(user, day, day);
  }

  private changeKeyUsers(day: number, health: number): boolean {
    const { random } = this;
    if (this.successor > 0 && day >= this.successor) {
      this.successor = 0;
      const next = this.members.find((user) => user.role === 'member');
      if (next) {
        next.role = 'key_user';
        this.keyUsers.push(next);
        this.record(next, day, null);
      }
    }
    // Moves and departures come more often where the product does badly, and in pairs.
    const chance = this.successor > 0 ? 0.03 : health < 0.4 ? 0.0018 : 0.0006;
    const leaving = this.keyUsers.find(() => random.chance(chance));
    if (!leaving) return false;
    this.leave(day, leaving);
    this.successor = day + random.whole(14, random.chance(0.75) ? 50 : 200);
    return true;
  }

  private record(user: User, day: number, left: number | null): void {
    if (!this.recorded) return;
    user.row.change(day, [this.account, user.id, user.role, user.joined, left]);
  }
}
