/** Seeded random numbers: the same key always gives the same sequence, on every machine. */

/** Mixes one more number into a hash. */
function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ (value | 0), 0x9e3779b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85ebca77);
  return (mixed ^ (mixed >>> 13)) | 0;
}

/** A sequence of its own for each key (Mulberry32 by Tommy Ettinger, public domain). */
export class Random {
  private state: number;

  constructor(...key: readonly number[]) {
    this.state = key.reduce(mix, 0x2545f491);
  }

  /** Starts over with another key, without making a new object. */
  restart(seed: number, first: number, second: number): void {
    this.state = mix(mix(mix(0x2545f491, seed), first), second);
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number in [from, to]. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  /** About a standard normal, within 3.5: sums and products only, so equal on every machine. */
  normal(): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * 1.732;
  }

  /** A whole number near `mean` whose expectation is `mean`. */
  rounded(mean: number): number {
    const floor = Math.floor(mean);
    return floor + (this.next() < mean - floor ? 1 : 0);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }
}

export const clamp = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), most);
