/** Every text of the dashboard, by language. */
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import { en, type Texts } from './en.ts';
import { ja } from './ja.ts';

export type { Texts } from './en.ts';
export type Lang = keyof Label;

export const texts: Record<Lang, Texts> = { en, ja };
