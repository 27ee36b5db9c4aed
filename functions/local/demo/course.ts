/** How an account's health moves over a contract term. Nobody who reads the data sees this. */
import { clamp, type Random } from './random.ts';

export type CourseKind =
  | 'steady'
  | 'growing'
  | 'declining'
  | 'dip'
  /** Leaves for reasons outside the product: no sign of it in the data. */
  | 'sudden'
  /** Bought, never taken up. */
  | 'cold'
  /** Hardly used, kept all the same. */
  | 'shelf';

export interface Course {
  kind: CourseKind;
  start: number;
  end: number;
  /** declining, dip: the day it begins. */
  onset: number;
  /** declining, dip: days until the bottom. */
  length: number;
}

/** Draws the course of a term. `first` terms can also fail to start. */
export function drawCourse(
  random: Random,
  term: { start: number; end: number; fit: number; first: boolean },
): Course {
  const days = term.end - term.start;
  const { fit } = term;
  const chances: [CourseKind, number][] = [
    ['declining', 0.08 + 0.15 * clamp(0.6 - fit, 0, 1)],
    ['growing', fit > 0.5 ? 0.2 : 0.08],
    ['dip', 0.1],
    ['sudden', 0.02],
    ['cold', term.first ? 0.08 : 0],
    ['shelf', 0.06],
  ];
  let draw = random.next();
  const found = chances.find(([, chance]) => {
    draw -= chance;
    return draw < 0;
  });
  const kind = found?.[0] ?? 'steady';
  const ahead = days > 200 ? random.whole(115, 210) : random.whole(95, 135);
  return {
    kind,
    start: term.start,
    end: term.end,
    onset:
      kind === 'declining'
        ? term.end - ahead
        : term.start + Math.floor(days * random.between(0.2, 0.7)),
    length: kind === 'declining' ? random.whole(50, 100) : random.whole(25, 40),
  };
}

/** Where the health tends to on a day of the course. */
export function targetOf(course: Course, fit: number, day: number): number {
  const since = day - course.onset;
  switch (course.kind) {
    case 'steady':
    case 'sudden':
      return fit;
    case 'growing':
      return fit + 0.2 * clamp((day - course.start) / (course.end - course.start), 0, 1);
    case 'declining':
      return since <= 0 ? fit : fit + (0.1 - fit) * clamp(since / course.length, 0, 1);
    case 'dip':
      return fit - 0.4 * clamp(1 - Math.abs(since - course.length) / course.length, 0, 1);
    case 'cold':
      return 0.12;
    case 'shelf':
      return 0.36;
  }
}

/** Whether the customer leaves at the end of the term, by its health over the last month. */
export function leaves(random: Random, course: Course, health: number): boolean {
  if (course.kind === 'sudden') return random.chance(0.9);
  // A logistic curve without exp, whose last digits differ between machines.
  const lean = clamp(0.5 + (0.33 - health) * 3, 0, 1);
  const chance = 0.02 + 0.9 * lean * lean * (3 - 2 * lean);
  return random.chance(chance * (course.kind === 'shelf' ? 0.4 : 1));
}
