/** Every text of the dashboard, by language. */
import type { Label } from '../scorecard/catalogue.ts';
import { en, type Texts } from './texts-en.ts';
import { ja } from './texts-ja.ts';

export type { Texts } from './texts-en.ts';
export type Lang = keyof Label;

export const texts: Record<Lang, Texts> = { en, ja };
