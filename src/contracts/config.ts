/** The Worker's configuration once it is parsed. `config.ts` makes it of the environment. */
import type { DailyLimit } from '@/shared/daily-limit';
import type { Keyring } from '@/shared/keys';

export interface Config {
  readonly environment: 'production' | 'development';
  readonly publicUrl: string;
  /** Nothing: the Worker's own pages serve the links in mails. */
  readonly frontendUrl: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly ownerEmail: string | undefined;
  readonly keys: Keyring;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  readonly mediaProvider: 'livekit' | 'agora';
  readonly livekit: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly agora: { readonly appId: string; readonly certificate: string } | undefined;
  /** For new purchases; the others stay open to finish what was begun with them. */
  readonly paymentProvider: 'stripe' | 'dodo' | 'sandbox';
  readonly stripe: { readonly secretKey: string; readonly webhookSecret: string } | undefined;
  readonly dodo:
    | {
        readonly apiKey: string;
        readonly webhookSecret: string;
        /** A pay-what-you-want product: what is paid comes with each checkout. */
        readonly productId: string;
        readonly environment: 'live_mode' | 'test_mode';
      }
    | undefined;
  readonly resendApiKey: string | undefined;
  readonly mailFrom: string;
  /** Keys and contact of Web Push; nothing: there is none. */
  readonly vapid: { readonly publicKey: string; readonly privateKey: string; readonly subject: string } | undefined;
  readonly mediaOrigin: string;
  /** Where clients send large files to R2 itself. Without it they send them to the Worker. */
  readonly r2:
    | {
        readonly accountId: string;
        readonly bucket: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      }
    | undefined;
  readonly sentryDsn: string | undefined;
  /** How long a stream stays live after its encoder is lost. */
  readonly streamGraceSeconds: number;
  /** The daily limits of an account for what costs money by the piece: see `domains/base/budgets`. */
  readonly dailyLimits: Readonly<Record<'pictures' | 'bytes' | 'checkouts' | 'mails', DailyLimit>>;
}
