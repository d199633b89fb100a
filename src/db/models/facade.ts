import { MODEL_NAMES, type ModelName } from './models.js';

/** Carries out `client.<model>.<method>(...args)`, or `client.<method>(...args)` where there is no model. */
export type Call = (model: ModelName | undefined, method: string, args: unknown[]) => Promise<unknown>;

type Method = (...args: unknown[]) => Promise<unknown>;

/**
 * Gives a class Prisma's models and methods, which an instance carries out by its `call`. They look as those of the client, and
 * are there before it is.
 */
export function addModels<T extends object>(
  to: { prototype: T },
  { methods, raw }: { methods: readonly string[]; raw: readonly string[] },
  callOf: (instance: T) => Call,
): void {
  for (const model of MODEL_NAMES) {
    Object.defineProperty(to.prototype, model, {
      get(this: T) {
        const call = callOf(this);
        return Object.fromEntries(
          methods.map((method): [string, Method] => [method, (...args) => call(model, method, args)]),
        );
      },
    });
  }
  for (const method of raw) {
    Object.defineProperty(to.prototype, method, {
      value(this: T, ...args: unknown[]) {
        return callOf(this)(undefined, method, args);
      },
    });
  }
}

/** Calls a method of a model of the client, or of the client itself. */
export function callOn(client: object, model: ModelName | undefined, method: string, args: unknown[]): unknown {
  const models = client as Record<ModelName, Record<string, Method>>;
  const methods = model === undefined ? (client as Record<string, Method>) : models[model];
  return methods[method]?.(...args);
}
