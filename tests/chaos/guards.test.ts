/**
 * Each guard is good for something: without it, some schedule ends otherwise, which ends as it
 * should with it.
 */
import { describe, expect, it } from 'vitest';
import {
  calm,
  killing,
  outages,
  pausing,
  people,
  refusing,
  reordering,
  storm,
  type Weather,
} from './simulation/faults.ts';
import { guards } from './simulation/guards.ts';
import { playSchedule } from './simulation/schedule.ts';

/** Where each guard is needed most, and how many schedules find that out for sure. */
const needed: Record<string, { scenario: string; weather: Weather; schedules: number }> = {
  'deterministic ids': { scenario: 'a run held', weather: storm, schedules: 10 },
  'frozen inputs': {
    scenario: 'a feed lands',
    weather: { ...calm, delay: 0.5, duplicate: 0.3 },
    schedules: 10,
  },
  'the lease token': {
    scenario: 'ordinary days',
    weather: { ...pausing, pause: 0.04 },
    schedules: 10,
  },
  'the revision check': {
    scenario: 'crowded days',
    weather: { ...pausing, pause: 0.3, onlyQueue: 'publish-shards' },
    schedules: 30,
  },
  'loading the latest state': {
    scenario: 'a restless account',
    weather: reordering,
    schedules: 30,
  },
  'the content hash': { scenario: 'a restless account', weather: refusing, schedules: 20 },
  'compare-and-set after a sync': {
    scenario: 'a restless account',
    weather: { ...pausing, onlyQueue: 'accounts-changed' },
    schedules: 120,
  },
  'sending again what was delivered before': {
    scenario: 'a restless account',
    weather: { ...killing, onlyQueue: 'accounts-changed' },
    schedules: 40,
  },
  'waiting while a login is refused': {
    scenario: 'ordinary days',
    weather: { ...outages, failAfter: 0.1, logins: 0.1 },
    schedules: 20,
  },
  'trying again at night': { scenario: 'ordinary days', weather: people, schedules: 10 },
};

describe('without', () => {
  it.each(Object.entries(guards))(
    '%s, a schedule ends otherwise',
    async (name, takeAway) => {
      const where = needed[name];
      if (!where) throw new Error(`nobody says where ${name} is needed`);
      const { scenario, weather } = where;
      for (let seed = 1; seed <= where.schedules; seed += 1) {
        const without = await playSchedule(seed, { scenario, weather, without: takeAway() });
        if (without.differences.length === 0) continue;
        const guarded = await playSchedule(seed, { scenario, weather });
        expect(guarded.differences, `seed ${seed}, with the guard`).toEqual([]);
        return;
      }
      expect.fail(`${where.schedules} schedules did not need it`);
    },
    600_000,
  );
});

describe('a schedule', () => {
  it('replays to the letter from its seed', async () => {
    const [first, second] = [await playSchedule(4), await playSchedule(4)];
    expect(second.story).toEqual(first.story);
    expect(first.story.length).toBeGreaterThan(200);
  });
});
