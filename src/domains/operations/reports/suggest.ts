/** A pure rule: the preset that a user's history suggests. Staff may choose another. */
import type { Rule } from '@/domains/base/decisions/tables';
import { DAY_MS } from '@/shared/time';
import type { ReportAction } from './tables';

export const PRESETS = ['warn', 'day', 'week', 'ban'] as const;
export type Preset = (typeof PRESETS)[number];

/** Decisions about the user that still stand. */
export interface History {
  readonly warnings: number;
  readonly removals: number;
  readonly timeouts: number;
  readonly bans: number;
}

const ACTIONS: Readonly<Record<Preset, { readonly action: ReportAction; readonly forMs: number | null }>> = {
  warn: { action: 'warn', forMs: null },
  day: { action: 'timeout', forMs: DAY_MS },
  week: { action: 'timeout', forMs: 7 * DAY_MS },
  ban: { action: 'ban', forMs: null },
};

/** Each step follows the one before. Harm to children needs no history. */
export function suggestPreset(category: Rule, { warnings, removals, timeouts, bans }: History): Preset {
  if (category === 'minor' || bans > 0 || timeouts >= 2) return 'ban';
  if (timeouts === 1) return 'week';
  return warnings + removals > 0 ? 'day' : 'warn';
}

/** @param now ms @returns `until` in ms */
export function presetOf(preset: Preset, now: number): { action: ReportAction; until: number | null } {
  const { action, forMs } = ACTIONS[preset];
  return { action, until: forMs === null ? null : now + forMs };
}
