import type { Pack } from './pack.ts';
export interface Finding { rule: string; severity: 'warning' | 'hint'; file: string; line: number; message: string; advice: string }
export declare function lintPack(pack: Pack): Finding[];
