/** Schedules that once ended otherwise than they should. */
import { describe, expect, it } from 'vitest';
import { playSchedule, type WeatherName } from './simulation/schedule.ts';

describe('a schedule ends as in calm weather', () => {
  it.each<[string, { seed: number; scenario: string; weather: WeatherName }]>([
    [
      'though the login is refused while a task that may be there is looked for',
      { seed: 990_029, scenario: 'a run released', weather: 'storm' },
    ],
    [
      'though whoever was to send a digest stood still twice in between',
      { seed: 31_351, scenario: 'a deployment', weather: 'storm' },
    ],
    [
      'though of two overrides the later was taken by a clock that is behind',
      { seed: 880_020, scenario: 'a restless account', weather: 'people' },
    ],
    [
      'though a record was moved to an account that Salesforce refuses',
      { seed: 5, scenario: 'ordinary days', weather: 'people' },
    ],
  ])(
    '%s',
    async (_, { seed, ...options }) => {
      const { differences, faults } = await playSchedule(seed, options);
      expect(differences).toEqual([]);
      expect([...faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50);
    },
    300_000,
  );
});
