import type { AnyTRPCRouter } from '@trpc/server';
import { type ZodType, z } from 'zod';
import type { Meta } from '../../procedure/meta.js';
import type { ProcedureCall, ProcedureDefinition } from '../../procedure/run-procedure.js';

export interface Subscription {
  /** `desk.events.watch` */
  name: string;
  meta: Meta;
  input: ZodType;
  output: ZodType | undefined;
  call(call: ProcedureCall): Promise<unknown>;
}

/** The procedures of a router that go on for as long as somebody watches. */
export function subscriptionsOf(router: AnyTRPCRouter): Subscription[] {
  const procedures = Object.entries(router._def.procedures) as [string, unknown][];
  return procedures.flatMap(([name, procedure]) => {
    const { _def } = procedure as { _def: ProcedureDefinition };
    const { type, meta = {}, inputs, output } = _def;
    if (type !== 'subscription') return [];
    return [{ name, meta, input: inputs[0] ?? z.strictObject({}), output, call: procedure as Subscription['call'] }];
  });
}
