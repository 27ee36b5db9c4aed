import type { Ratio } from './ratios.ts';
export async function measureMemory(_folder: string): Promise<Ratio[]> {
  return [];
}
