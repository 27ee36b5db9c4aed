/** Signals for the tiny pack: one of each target, one that looks back, one of events. */
import { tinyPackFiles } from './tiny-pack.ts';

export const channels = { alerts: 'C0000ALERT1', daily: 'C0000DAILY1' };

const words = `
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call them., ja: 電話する。 }`;

const text = `
slack:
  language: en
  channels: { alerts: ${channels.alerts}, daily: ${channels.daily} }
  digest: daily
signals:
  - id: low
    label: { en: Few minutes, ja: 利用が少ない }
    severity: critical
    when: metrics.minutes_7d < 100
    recovers: metrics.minutes_7d >= 150
    cooldown: 3d${words}
    to: [{ slack: alerts, mention: here }, task]
  - id: better
    label: { en: Much better, ja: 大きく改善 }
    severity: info
    within: 1d
    when: moved.health >= 20 && now.health.level > before.health.level
    cooldown: 3d${words}
    to: [digest]
  - id: low_nps
    label: { en: Low NPS answer, ja: NPSの低評価 }
    severity: critical
    event: survey_answer
    when: event.survey == "nps" && event.score <= 6 && account.name != ""
    cooldown: 7d${words}
    to: [{ slack: alerts }, task]
`;

/** The tiny pack's files with signals. */
export function signalPackFiles(changes: Record<string, string | null> = {}): Map<string, string> {
  return tinyPackFiles({ 'rules/tiny/signals.yaml': text, ...changes });
}

export const signalsYaml = text;

/** Besides, one that a band opens. */
export const watchedSignals = `${signalsYaml}
  - id: in_red
    label: { en: In red, ja: 赤になった }
    severity: critical
    when: now.health.band == "red"
    cooldown: 3d
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call them., ja: 電話する。 }
    to: [{ slack: alerts }, task]
`;
