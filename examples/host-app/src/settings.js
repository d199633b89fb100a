const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

export const settings = {
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 8001),
  /** Of the Support API, as browsers reach it. */
  supportUrl: process.env.SUPPORT_URL ?? 'http://127.0.0.1:3000',
  /** What the Support API checks tokens with. In production it has a public key, and the private one stays with who signs. */
  jwtSecret: required('JWT_SECRET'),
  /** Of a token, in seconds: short, as the widget asks for another one. */
  tokenSeconds: Number(process.env.TOKEN_SECONDS ?? 300),
};
