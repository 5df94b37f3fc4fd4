/** Settings: what a user chose of language, notifications, privacy and playing. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changeSettings } from './change';
import { getSettings } from './read';
import { Settings, SettingsRequest } from './schemas';

const common = { tag: 'user', who: 'user', path: '/user/settings', response: Settings } as const;

export const settingsEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readSettings',
    ...common,
    method: 'get',
    summary: 'My settings',
    handler: (ctx, { actor }) => getSettings(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'changeSettings',
    ...common,
    method: 'put',
    unverified: true,
    summary: 'Change my settings',
    description: 'Only what is sent changes, down to one channel of one kind of notification.',
    body: SettingsRequest,
    handler: (ctx, { actor, body }) => changeSettings(ctx, actor.userId, body),
  }),
];
