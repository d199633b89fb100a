import type { AnyTRPCRouter } from '@trpc/server';
import type { ProcedureDefinition } from '../../procedure/run-procedure.js';
import type { JsonBounds } from '../request/json-structure.js';
import { type InputSize, largestInput } from './input-size.js';

/** What the input of a request may be at most, as JSON. */
export interface BodyBounds extends JsonBounds {
  bytes: number;
}

/** Room for what an operation doesn't know, so that it is refused by its name. */
const UNKNOWN: InputSize = { bytes: 4096, values: 100, depth: 8 };

/** For what no route takes a body for, and for procedures that there are not. */
const NONE: InputSize = { bytes: 16_384, values: 0, depth: 0 };

/** The bounds of a body, by the largest input that it may have to hold. */
export function boundsOf(size: InputSize = NONE): BodyBounds {
  return {
    bytes: size.bytes + UNKNOWN.bytes,
    values: size.values + UNKNOWN.values,
    depth: size.depth + UNKNOWN.depth,
  };
}

/** Makes the function that gives the bounds of a tRPC request, by the procedures that it calls. */
export function trpcBounds(router: AnyTRPCRouter): (procedures: readonly string[]) => BodyBounds {
  const bounds = new Map(
    Object.entries(router._def.procedures as Record<string, { _def: ProcedureDefinition }>).map(
      ([name, { _def }]) => [name, boundsOf(largestInput(_def.inputs[0]))] as const,
    ),
  );
  const unknown = boundsOf();
  return (procedures) => {
    if (procedures.length === 1) return bounds.get(procedures[0] ?? '') ?? unknown;
    const each = procedures.map((name) => bounds.get(name) ?? unknown);
    // In a batch they are the fields of an object.
    return {
      bytes: sum(each.map(({ bytes }) => bytes)),
      values: 1 + sum(each.map(({ values }) => values)),
      depth: 1 + Math.max(...each.map(({ depth }) => depth)),
    };
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
