import type { Pack } from './pack.ts';
export interface TestOutcome { file: string; line: number; scorecard: string; name: string; passed: boolean; failures: string[] }
export interface TestReport { passed: number; failed: number; outcomes: TestOutcome[] }
export declare function runRuleTests(pack: Pack): TestReport;
