/** Wire shapes of a creator's own channel. */
import { z } from '@hono/zod-openapi';

export const INGRESS_TYPES = ['RTMP', 'WHIP'] as const;

export const Ingress = z
  .object({
    ingressId: z.string(),
    ingressType: z.enum(INGRESS_TYPES),
    serverUrl: z.string(),
    streamKey: z.string(),
    userId: z.string(),
  })
  .openapi('Ingress');
