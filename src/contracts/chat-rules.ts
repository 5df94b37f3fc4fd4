/** Names of a chat's rules, as rooms store them. */

/** Who may post links: everyone, everyone but each waits for a moderator, or moderators alone. */
export const LINK_RULES = ['allow', 'hold', 'moderators'] as const;
export type LinkRule = (typeof LINK_RULES)[number];

/** Why a message waits. One that waits because of the chat's delay is shown by itself later. */
export const HELD_REASONS = ['delay', 'blocked-words', 'link', 'first-message'] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** What moderators do with a message that waits. */
export const HELD_ACTIONS = ['allow', 'drop'] as const;
export type HeldAction = (typeof HELD_ACTIONS)[number];
