import type { ColumnBatch } from './columns.ts';
import type { CompiledPack } from './compile.ts';
export interface ScoreCounts { scored: number; absent: number; errors: number; unknown: number; bandChanges: number; comparable: number }
export declare function scoreBatch(compiled: CompiledPack, batch: ColumnBatch): { results: ColumnBatch[]; counts: ScoreCounts };
