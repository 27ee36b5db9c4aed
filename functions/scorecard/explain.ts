import type { RulesLayout } from './layout.ts';
import type { HistoryRow, MeasureDelta, ScoreExplanation } from './result.ts';
export declare function explainResult(layout: RulesLayout, row: HistoryRow): ScoreExplanation;
export declare function compareRows(layoutNow: RulesLayout, rowNow: HistoryRow, layoutBefore: RulesLayout, rowBefore: HistoryRow): MeasureDelta[];
