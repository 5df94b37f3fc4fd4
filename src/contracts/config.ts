/** The Worker's parsed configuration. `config.ts` builds it from the environment. */
import type { DailyLimit } from '@/shared/daily-limit';
import type { Keyring } from '@/shared/keys';

export interface Config {
  readonly environment: 'production' | 'development';
  readonly publicUrl: string;
  /** Undefined: links in mails lead to the Worker's own pages. */
  readonly frontendUrl: string | undefined;
  readonly corsOrigins: readonly string[];
  /** The URL schemes of the platform's own apps, in lower case: providers may send people back there. */
  readonly appSchemes: readonly string[];
  readonly ownerEmail: string | undefined;
  readonly keys: Keyring;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  readonly mediaProvider: 'livekit' | 'agora';
  readonly livekit: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly agora: { readonly appId: string; readonly certificate: string } | undefined;
  /** For new purchases. The other providers stay available so that purchases begun with them can finish. */
  readonly paymentProvider: 'stripe' | 'dodo' | 'sandbox';
  readonly stripe: { readonly secretKey: string; readonly webhookSecret: string } | undefined;
  /** Whether Stripe computes taxes and adds them to orders. */
  readonly stripeAddsTax: boolean;
  readonly dodo:
    | {
        readonly apiKey: string;
        readonly webhookSecret: string;
        /** A pay-what-you-want product: each checkout sends its own amount. */
        readonly productId: string;
        readonly environment: 'live_mode' | 'test_mode';
      }
    | undefined;
  /** The platform as its receipts name it. */
  readonly seller: {
    readonly name: string;
    readonly address: string | undefined;
    readonly taxNote: string | undefined;
  };
  readonly resendApiKey: string | undefined;
  readonly mailFrom: string;
  /** Keys and contact of Web Push. Undefined: push is off. */
  readonly vapid: { readonly publicKey: string; readonly privateKey: string; readonly subject: string } | undefined;
  readonly mediaOrigin: string;
  /** Where clients upload large files directly to R2. Undefined: they upload them to the Worker. */
  readonly r2:
    | {
        readonly accountId: string;
        readonly bucket: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      }
    | undefined;
  readonly sentryDsn: string | undefined;
  /** Where the virus scanner listens. */
  readonly clamd: { readonly hostname: string; readonly port: number } | undefined;
  /** How long a stream stays live after its encoder is lost. */
  readonly streamGraceSeconds: number;
  /** An account's daily limits for operations that cost money each time: see `domains/base/budgets`. */
  readonly dailyLimits: Readonly<Record<'pictures' | 'bytes' | 'checkouts' | 'mails' | 'support', DailyLimit>>;
}
