import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import Ajv, { type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';
import type { Meta } from '../../../src/procedure/meta.js';

export interface Procedure {
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Of its REST operation, if it has one. */
  readonly operationId: string | undefined;
  /** Only REST can carry its body. */
  readonly takesFile: boolean;
  /** Where REST streams it. */
  readonly stream: string | undefined;
  readonly input: ValidateFunction;
  readonly output: ValidateFunction;
}

/** A router's procedures by name, with what their schemas take and give. */
export function procedures(router: AnyTRPCRouter): ReadonlyMap<string, Procedure> {
  const ajv = formats.default(new Ajv.default({ strict: false, allErrors: true }));
  const compile = (schema: z.ZodType | undefined, io: 'input' | 'output') =>
    ajv.compile(z.toJSONSchema(schema ?? z.any(), { io }));
  return new Map(
    Object.entries<AnyTRPCProcedure>(router._def.procedures).map(([name, { _def }]) => {
      const { inputs, output, meta } = _def as unknown as { inputs: z.ZodType[]; output?: z.ZodType; meta?: Meta };
      const procedure: Procedure = {
        name,
        type: _def.type,
        operationId: meta?.openapi?.operationId ?? meta?.stream?.operationId,
        takesFile: meta?.takesFile === true,
        stream: meta?.stream?.path,
        input: compile(inputs[0], 'input'),
        output: compile(_def.type === 'subscription' ? undefined : output, 'output'),
      };
      return [name, procedure];
    }),
  );
}
