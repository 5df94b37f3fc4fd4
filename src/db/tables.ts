/** Every table of D1 in one place for Drizzle; each is declared by the domain that owns it. */
export * from '@/domains/auth/tables';
export * from '@/domains/channels/tables';
export * from '@/domains/creators/tables';
export * from '@/domains/media/tables';
export * from '@/domains/notifications/tables';
export * from '@/domains/social/tables';
export * from '@/domains/staff/tables';
export * from '@/domains/streams/tables';
export * from '@/domains/users/tables';
export * from '@/domains/webhooks/tables';
export * from './outbox';
