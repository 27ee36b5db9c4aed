/** Every deployed function, and what it works with. */

/** What a function may be given beside the rules: the ports that `wiring/` opens for it. */
export type PortName = 'snapshots' | 'bus' | 'warehouse' | 'crm' | 'messenger' | 'identity';

/** Every deployed function and the ports it works with; anything else is out of its reach. */
export const portsOf = {
  score: ['snapshots', 'bus', 'warehouse'],
  'score-shard': ['snapshots', 'bus', 'warehouse'],
  'publish-shard': ['snapshots', 'bus', 'warehouse'],
  'sync-salesforce': ['snapshots', 'bus', 'warehouse', 'crm'],
  notify: ['snapshots', 'crm', 'messenger'],
  'notify-event': ['snapshots', 'crm', 'messenger'],
  reconcile: ['snapshots', 'bus', 'crm'],
  sweep: ['snapshots', 'bus', 'warehouse'],
  api: ['snapshots', 'bus', 'warehouse', 'identity'],
} as const satisfies Record<string, readonly PortName[]>;

/** Ports that a pack may do without: a function that would need one says so when it does. */
const spared: Readonly<Record<string, readonly PortName[]>> = {
  notify: ['crm', 'messenger'],
  'notify-event': ['crm', 'messenger'],
};

export function maySpare(name: FunctionName, port: PortName): boolean {
  return spared[name]?.includes(port) ?? false;
}

export type FunctionName = keyof typeof portsOf;
export const functionNames = Object.keys(portsOf) as FunctionName[];
