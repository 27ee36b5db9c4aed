import type { MeasureDelta, ScoreExplanation } from './result.ts';
export type Lang = 'en' | 'ja';
/** Short sentences on why the score moved (or, without deltas, what costs it most), biggest first. */
export declare function reasonTexts(explanation: ScoreExplanation, deltas: readonly MeasureDelta[], lang: Lang, limit?: number): string[];
