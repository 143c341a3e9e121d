import { setTimeout as pause } from "node:timers/promises";

/** Waits until `probe` gives something truthy and returns it; fails loudly after `withinMs`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  withinMs = 15_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const value = await probe();
    if (value) return value as NonNullable<T>;
    await pause(20);
  }
  throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
}
