import { describe, expect, it } from 'vitest';
import { rulesDigestText } from '../../../functions/notify/rules-digest-text.ts';
import type { PackSignals } from '../../../functions/scorecard/language/pack/signals.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { signalPackFiles } from '../../support/system/tiny-signals.ts';

const pack = parsePack(signalPackFiles());
const signals = { ...(pack.signals as PackSignals), language: 'ja' as const };
const bands = [{ score: 'health', from: 'green', to: 'unknown', deltas: [] }];
const given = { pack, signals, date: '2026-03-02' };

describe('the digest of a switch of rules', () => {
  it('says in Japanese whose accounts moved, from where to where, and what holds since', () => {
    const moved = [{ name: 'A & B', bands, signals: ['low'] }];
    expect(rulesDigestText({ ...given, owner: null, count: 1, moved })).toBe(
      [
        '*最小 ルール変更のまとめ 2026-03-02*（担当: なし）',
        'お客様の変化ではなく、ルールの変更により表示が変わった顧客が1件あります。個別の通知やタスクはありません。',
        '• *A &amp; B* 健康度 緑 → データ不足（バンドの基準の変更）、利用が少ない',
      ].join('\n'),
    );
  });

  it('stays within what Slack takes, and counts the rest', () => {
    const moved = Array.from({ length: 50 }, (_, i) => ({
      ...{ name: `${i}`.padEnd(200, 'x'), bands, signals: [] },
    }));
    const text = rulesDigestText({ ...given, owner: 'U0123456789', count: 900, moved });
    expect(text).toContain('<@U0123456789>');
    expect(text.length).toBeLessThan(4_000);
    const named = text.split('\n').filter((line) => line.startsWith('•')).length;
    expect(text.split('\n').at(-1)).toBe(`ほか${900 - named}件`);
  });
});
