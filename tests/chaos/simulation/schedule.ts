/** One schedule: a scenario under a storm, compared with the same scenario in calm weather. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import type { TextCache } from '../../../functions/local/googlesql/text-cache.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { differences, emptyParts, toldBy, visibleState } from './compare.ts';
import { calm, outages, people, storm, type Weather } from './faults.ts';
import { deploymentOf, scenarios, start } from './scenarios.ts';
import { openSimulation } from './simulation.ts';
import type { Process } from './turns.ts';

export interface Outcome {
  scenario: string;
  weather: string;
  seed: number;
  /** Where the state differs from that of calm weather; empty where it does not. */
  differences: string[];
  /** Faults that happened, by sort. */
  faults: Map<string, number>;
  /** Every call in order, for whoever looks for the reason. */
  story: string[];
}

export const scenarioNames = Object.keys(scenarios);
const tables = readTableSchemas(join(repositoryRoot(), 'sql', 'tables'));
/** Translated queries, for the whole process. */
const texts = new Map<string, string>();
const translations: TextCache = {
  get: (key) => texts.get(key),
  set: (key, text) => {
    texts.set(key, text);
  },
};
const weathers = { storm, outages, people };
export type WeatherName = keyof typeof weathers;
export const weatherNames = Object.keys(weathers) as WeatherName[];

/** By scenario and whether its days end with comparisons, the states in which it may end. */
const undisturbed = new Map<string, Record<string, unknown>[]>();

export type Without = (runtime: Runtime, process: Process) => Runtime;

/** @param without takes a guard away, so that a test can see what it was good for */
export async function playSchedule(
  seed: number,
  options: { scenario?: string; without?: Without; weather?: Weather | WeatherName } = {},
): Promise<Outcome> {
  const name = options.scenario ?? scenarioNames[seed % scenarioNames.length] ?? '';
  const scenario = scenarios[name];
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  const turn = Math.floor(seed / scenarioNames.length) % weatherNames.length;
  const given = options.weather ?? weatherNames[turn] ?? 'storm';
  const weather = typeof given === 'string' ? weathers[given] : given;
  const key = `${name}${weather.nights ? ', compared' : ''}`;
  let expected = undisturbed.get(key);
  if (!expected) {
    expected = await statesOf(scenario, { ...calm, nights: weather.nights });
    undisturbed.set(key, expected);
  }
  const { without } = options;
  const found = await play(scenario.events, seed, {
    weather,
    ...(without && { without }),
  });
  return {
    scenario: name,
    weather: typeof given === 'string' ? given : 'other weather',
    seed,
    differences: 'error' in found ? [String(found.error)] : leastDifferences(expected, found.state),
    faults: found.faults,
    story: found.story,
  };
}

type Scenario = (typeof scenarios)[string];

async function statesOf(scenario: Scenario, weather: Weather): Promise<Record<string, unknown>[]> {
  const states: Record<string, unknown>[] = [];
  for (const events of [scenario.events, ...(scenario.otherwise ? [scenario.otherwise] : [])]) {
    const played = await play(events, 0, { weather });
    if ('error' in played) throw played.error;
    if (played.told === 0) throw new Error('nobody is told anything, even in calm weather');
    for (const part of emptyParts) {
      if (isDeepStrictEqual(played.state[part], [])) continue;
      throw new Error(`${part} even in calm weather: ${JSON.stringify(played.state[part])}`);
    }
    states.push(played.state);
  }
  return states;
}

function leastDifferences(
  expected: readonly Record<string, unknown>[],
  found: Record<string, unknown>,
): string[] {
  const all = expected.map((state) => differences(state, found));
  return all.sort((a, b) => a.length - b.length)[0] ?? [];
}

async function play(
  events: Scenario['events'],
  seed: number,
  { weather, without }: { weather: Weather; without?: Without },
) {
  const simulation = await openSimulation({
    seed,
    weather,
    start,
    events,
    deployment: deploymentOf('Tiny'),
    tables,
    translations,
    ...(without && { without }),
  });
  const { faults, story } = simulation;
  try {
    await simulation.run();
    const told = toldBy(simulation).length;
    return { state: await visibleState(simulation), told, faults: faults.seen, story };
  } catch (error) {
    return { error, faults: faults.seen, story };
  } finally {
    await simulation.close();
  }
}
