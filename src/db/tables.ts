/** Every table of D1 in one place, to be held against the migrated schema; each is declared by the domain that owns it. */

export * from '@/domains/base/budgets/tables';
export * from '@/domains/base/economy/tables';
export * from '@/domains/base/media/tables';
export * from '@/domains/base/notifications/tables';
export * from '@/domains/base/permissions/tables';
export * from '@/domains/base/settings/tables';
export * from '@/domains/base/users/tables';
export * from '@/domains/content/posts/tables';
export * from '@/domains/live/channels/tables';
export * from '@/domains/live/streams/tables';
export * from '@/domains/money/discounts/tables';
export * from '@/domains/money/earnings/tables';
export * from '@/domains/money/gifts/tables';
export * from '@/domains/money/payouts/tables';
export * from '@/domains/money/purchases/tables';
export * from '@/domains/money/subscriptions/tables';
export * from '@/domains/operations/privacy/tables';
export * from '@/domains/operations/webhooks/tables';
export * from '@/domains/people/auth/tables';
export * from '@/domains/people/creators/tables';
export * from '@/domains/people/performers/tables';
export * from '@/domains/people/social/tables';
export * from '@/ledger/tables';
export * from './outbox';
