/** A user's settings: language, notifications, privacy and playback. */
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
    description: 'Changes only the settings you send, down to one channel of one group of notifications.',
    body: SettingsRequest,
    handler: (ctx, { actor, body }) => changeSettings(ctx, actor.userId, body),
  }),
];
