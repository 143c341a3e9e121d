type Work = (...args: unknown[]) => Promise<unknown>;

/** A request that stands still in the midst of one step, as one in a process that was stopped. */
export interface Stopped<Deps> {
  /** What to give the request. */
  readonly deps: Deps;
  /** Settles when it has come to that place. */
  readonly reached: Promise<void>;
  /** Lets it go on; without that it is as one in a process that was killed. */
  resume(): void;
}

/**
 * Makes the first call of `step`, such as `assets.accept`, stand still: before it has any effect, or
 * after it when only its answer is missing.
 */
export function stopAt<Deps extends object>(
  ports: Deps,
  step: string,
  when: "before" | "after",
): Stopped<Deps> {
  const [port = "", method = ""] = step.split(".");
  const adapter = Reflect.get<object, string>(ports, port);
  const work: Work = adapter[method];
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();

  async function standStill() {
    reached.resolve();
    await gate.promise;
  }

  async function stopped(...args: unknown[]) {
    if (when === "before") await standStill();
    const result = await work(...args);
    if (when === "after") await standStill();
    return result;
  }

  return {
    deps: { ...ports, [port]: { ...adapter, [method]: stopped } },
    reached: reached.promise,
    resume: gate.resolve,
  };
}
