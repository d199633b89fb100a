const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

export const settings = {
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 4001),
  /** Of the Support API. */
  baseUrl: required('BASE_URL'),
  /** Signs tokens: the bridge reads as an agent, and writes as the customer who has sent a mail. */
  jwtSecret: required('JWT_SECRET'),
  webhookSecret: required('WEBHOOK_SECRET'),
  /** What the mail provider's inbound webhook is called with: `/inbound?key=…`. */
  inboundKey: required('INBOUND_KEY'),
  /** `smtp://user:password@host:587` */
  smtpUrl: required('SMTP_URL'),
  /** `support@example.com`: answers to `support+<ticket>@example.com` must come to the inbound webhook. */
  mailFrom: required('MAIL_FROM'),
  /** JSON: mail addresses by user id. In a real bridge a look-up among your users. */
  addresses: JSON.parse(required('ADDRESSES')),
};
