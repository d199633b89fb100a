import jwt, { type TokenOrHeader } from '@fastify/jwt';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import type { Clock } from '../schema/clock.js';
import { bearerToken } from './bearer-token.js';
import { checkInForce, isInForce, readClaims } from './claims.js';
import { verificationKeys } from './keys.js';
import type { Principal } from './principal.js';
import { roleReader } from './roles.js';
import { checkTokenHeader, type TokenHeader } from './token-header.js';
import { type Verified, VerifiedTokens } from './verified-tokens.js';

/**
 * The principal of a request, or null for every token that is not good, whatever the reason: the refusal tells nothing.
 * Costs at most one signature check. Throws SERVICE_UNAVAILABLE only when the issuer's keys could never be fetched.
 */
export type Authenticate = (request: FastifyRequest) => Principal | null | Promise<Principal | null>;

/** Teaches the app to verify bearer tokens (RFC 6750) and gives the function that does it. */
export async function installAuthentication(app: FastifyInstance, config: Config, clock: Clock): Promise<Authenticate> {
  const keys = verificationKeys(config, clock, app.log);
  const tokens = new VerifiedTokens();
  const readRole = roleReader(config);
  const toleranceMs = config.JWT_CLOCK_TOLERANCE_SECONDS * 1000;

  await app.register(jwt, {
    // Only to verify: with a secret of its own the plugin would sign as well.
    secret: { public: async (_request: FastifyRequest, token: TokenOrHeader) => keys.keyFor(headerOf(token)) },
    decode: { complete: true },
    verify: {
      algorithms: keys.algorithms,
      requiredClaims: requiredClaims(config),
      ...(config.JWT_ISSUER !== undefined && { allowedIss: config.JWT_ISSUER }),
      ...(config.JWT_AUDIENCE !== undefined && { allowedAud: config.JWT_AUDIENCE }),
      // Done by checkInForce(), for new tokens and known ones alike.
      ignoreExpiration: true,
      ignoreNotBefore: true,
      extractToken: (request: FastifyRequest) => bearerToken(request.raw),
    },
  });

  const verify = async (request: FastifyRequest, token: string): Promise<Verified> => {
    checkTokenHeader(token, keys.algorithms);
    // Asked before the check: if a key comes or goes meanwhile, the next request checks again.
    const edition = await keys.edition();
    const identity = readClaims(await request.jwtVerify(), readRole);
    const { unknownRole } = identity;
    if (unknownRole !== undefined) {
      // For whoever wonders why an agent can't work the desk.
      request.log.debug({ claim: config.JWT_ROLE_CLAIM, value: shorten(unknownRole) }, 'role claim not understood');
    }
    return { identity, edition };
  };

  const identify = async (request: FastifyRequest, token: string): Promise<Principal> => {
    const known = tokens.get(token);
    if (known !== undefined && known.edition === (await keys.edition())) {
      checkInForce(known.identity, clock.now().getTime(), toleranceMs);
      return known.identity.principal;
    }
    const verified = await verify(request, token);
    checkInForce(verified.identity, clock.now().getTime(), toleranceMs);
    tokens.set(token, verified);
    return verified.identity.principal;
  };

  const authenticate = async (request: FastifyRequest, token: string): Promise<Principal | null> => {
    try {
      return await identify(request, token);
    } catch (error) {
      if (error instanceof AppError) throw error;
      tokens.delete(token);
      request.log.debug({ reason: (error as Error).message }, 'token refused');
      return null;
    }
  };

  return (request) => {
    const token = bearerToken(request.raw);
    if (token === undefined) return null;
    // What is known is good as long as its keys are: of fixed keys there is nothing to ask.
    const known = keys.areFixed ? tokens.get(token) : undefined;
    if (known !== undefined && isInForce(known.identity, clock.now().getTime(), toleranceMs))
      return known.identity.principal;
    return authenticate(request, token);
  };
}

/** fast-jwt checks a claim only where the token has it: what must be there is required by name. */
function requiredClaims(config: Config): string[] {
  const required = ['sub'];
  if (config.JWT_REQUIRE_EXP) required.push('exp');
  if (config.JWT_ISSUER !== undefined) required.push('iss');
  if (config.JWT_AUDIENCE !== undefined) required.push('aud');
  return required;
}

function headerOf(token: TokenOrHeader): TokenHeader {
  return 'header' in token ? token.header : token;
}

const MAX_LOGGED = 200;

/** A claim may be of any size. */
function shorten(claim: unknown): string {
  return JSON.stringify(claim).slice(0, MAX_LOGGED);
}
