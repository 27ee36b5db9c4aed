export interface Expression { text: string; type: 'bool' | 'number'; metrics: string[]; account: string[]; readsPhase: boolean }
