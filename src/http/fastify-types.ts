import type { Principal } from '../auth/principal.js';
import type { Deadline } from '../db/handle.js';
import type { BodyBounds } from './limits/body-bounds.js';
import type { BodyIntake } from './limits/limit-bodies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null without a valid token. Set before any handler runs. */
    principal: Principal | null;
    /** Set before any handler runs. */
    deadline: Deadline;
    /** How its body may be read; undefined: it has none, or nothing may be sent to its route. */
    bodyIntake: BodyIntake | undefined;
  }

  interface FastifyReply {
    /** Its answer may be a long one, which is made in pieces. */
    long: boolean;
  }

  interface FastifyContextConfig {
    /** The procedure that a REST route serves. */
    procedure?: string;
    /** The documented message of its 400. */
    invalid?: string | undefined;
    /** It answers with one page of a longer list. */
    paged?: boolean | undefined;
    /** It answers with the newest part of a list, whose pages are at this path. */
    partOf?: string | undefined;
    /** Its path names several calls, separated by commas: this many at most. */
    maxBatchSize?: number;
    /** What its body may hold. */
    bodyBounds?(request: FastifyRequest): BodyBounds;
    /** Its body may take longer than others: its route sees to the time that it has. */
    timesItself?: boolean;
    /** Its answer goes on for as long as its client wants it. */
    stream?: boolean;
    /** Answered whatever the load and whoever asks. */
    unlimited?: boolean;
  }
}
