/** Presents a decision to the user whom it is about. It does not name who decided. */
import { z } from '@hono/zod-openapi';
import { toIso, toIsoOrNull } from '@/shared/time';
import { DECISION_ACTIONS, type DecisionAction, type DecisionRow, RULES, TARGET_TYPES } from './tables';

const SCOPES = ['content', 'account', 'application'] as const;

export const Decision = z
  .object({
    id: z.string(),
    action: z.enum(DECISION_ACTIONS),
    rule: z.enum(RULES).openapi({ description: 'The rule of the house that was broken.' }),
    reason: z.string(),
    facts: z.string().nullable().openapi({ description: 'What was looked at, such as the removed text.' }),
    scope: z.enum(SCOPES).openapi({ description: 'What the decision affects.' }),
    target: z.object({ type: z.enum(TARGET_TYPES), id: z.string(), streamId: z.string().nullable() }),
    until: z.string().nullable().openapi({ description: 'When it ends by itself; null: it does not.' }),
    at: z.string(),
    reversedAt: z.iso.datetime().nullable(),
    appealUntil: z.string().nullable(),
    howToAppeal: z.string().nullable(),
  })
  .openapi('Decision');

const SCOPE_OF: Readonly<Record<DecisionAction, (typeof SCOPES)[number]>> = {
  warn: 'account',
  remove: 'content',
  timeout: 'account',
  ban: 'account',
  lift: 'account',
  reject: 'application',
  withdraw: 'application',
};

/** @param now milliseconds */
export function presentDecision(row: DecisionRow, now: number): z.input<typeof Decision> {
  const { id, action, rule, reason, facts, targetType, targetId, streamId, appealUntil } = row;
  const isOpen = row.reversedAt === null && appealUntil !== null && now < appealUntil;
  return {
    id,
    action,
    rule,
    reason,
    facts,
    scope: SCOPE_OF[action],
    target: { type: targetType, id: targetId, streamId },
    until: toIsoOrNull(row.until),
    at: toIso(row.createdAt),
    reversedAt: toIsoOrNull(row.reversedAt),
    appealUntil: toIsoOrNull(appealUntil),
    howToAppeal: isOpen ? `Send POST /appeals with this decisionId and your text by ${toIso(appealUntil)}.` : null,
  };
}
