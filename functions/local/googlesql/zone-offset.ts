import { IANAZone } from 'luxon';
import { dayMs } from '../../calendar.ts';

const weekMs = 7 * dayMs;
const since = Date.UTC(1970, 0, 1);
const until = Date.UTC(2070, 0, 1);

const known = new Map<string, number | undefined>();

/**
 * Microseconds that a zone's clocks are ahead of UTC, where that has not changed since 1970 (as
 * in Japan, or UTC itself); undefined for zones with summer time or other changes.
 */
export function constantOffset(zone: string): number | undefined {
  if (!known.has(zone)) known.set(zone, findOffset(zone));
  return known.get(zone);
}

function findOffset(name: string): number | undefined {
  const zone = IANAZone.create(name);
  if (!zone.isValid) return undefined;
  const minutes = zone.offset(since);
  for (let at = since; at < until; at += weekMs) {
    if (zone.offset(at) !== minutes) return undefined;
  }
  return minutes * 60_000_000;
}
