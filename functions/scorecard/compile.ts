import type { ColumnRequest } from './columns.ts';
import type { RulesLayout } from './layout.ts';
import type { Pack } from './pack.ts';
export interface CompileOptions {
  layouts: ReadonlyMap<string, RulesLayout>;
  groupAgeDays: ReadonlyMap<string, number | null>;
  engineHash: string;
  date: string;
  beforeDate?: string;
}
export interface CompiledPack { pack: Pack; layout: RulesLayout; requests: ColumnRequest[] }
export declare function compilePack(pack: Pack, options: CompileOptions): CompiledPack;
