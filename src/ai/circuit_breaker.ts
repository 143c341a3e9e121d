import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  type FailureReason,
  handleWhen,
} from "cockatiel";
import type { AiCircuit, FailureStreak } from "../assets/ai_outage.ts";
import { asAssetError, AssetError } from "../assets/errors.ts";
import type { Logger } from "../assets/ports.ts";

/** So many different assets in a row have to find the service away. */
const OPENS_AT = 3;

const HOLD_MS = 3000;

export interface CircuitBreakerOptions {
  readonly streak: FailureStreak;
  /** How long the queue is held until the next call finds out whether the service is back. */
  readonly holdMs?: number;
  readonly logger: Logger;
}

/**
 * The circuit breaker of this process. What opens and closes it is the streak that all workers
 * share: so a worker that comes later knows of the outage, and no failure of it counts anywhere.
 */
export function createCircuitBreaker(
  { streak, holdMs = HOLD_MS, logger }: CircuitBreakerOptions,
): AiCircuit {
  /** The length of the streak, as far as known here. */
  let failed = 0;
  let circuit = closedCircuit();

  function closedCircuit() {
    // What tells nothing of the service does not show that it is back, either.
    const policy = handleWhen((error) => serviceOf(error) !== "answers")
      .orWhenResult((result) => result === undefined);
    const breaker = { state: null, success() {}, failure: () => failed >= OPENS_AT };
    // Over before the hold is, so that the first job after it finds it half open.
    const circuit = circuitBreaker(policy, { breaker, halfOpenAfter: holdMs * 2 / 3 });
    let isFirst = true;
    circuit.onBreak((reason) => {
      const level = isFirst ? "warn" : "debug";
      logger[level]({ holdMs, err: errorIn(reason) }, "AI service circuit open");
    });
    circuit.onHalfOpen(() => {
      const level = isFirst ? "info" : "debug";
      isFirst = false;
      logger[level]({ holdMs }, "AI service circuit half-open: now and then one call tries it");
    });
    circuit.onReset(() => logger.info({}, "AI service circuit closed: it answers"));
    return circuit;
  }

  function isClosed(): boolean {
    return circuit.state === CircuitState.Closed;
  }

  /** Takes over what other workers found. */
  async function catchUp(): Promise<void> {
    const wasClosed = isClosed();
    failed = await streak.size().catch(() => failed);
    if (failed < OPENS_AT && !isClosed()) {
      logger.info({}, "AI service circuit closed: another call was answered");
      circuit = closedCircuit();
    }
    // One that was closed meanwhile knows better: its answer may have ended the streak just now.
    if (failed >= OPENS_AT && wasClosed) {
      const known = new AssetError("ai_unavailable", "Other calls found the AI service away");
      await circuit.execute(() => Promise.reject(known)).catch(() => {});
    }
  }

  function noteAnswer(): void {
    failed = 0;
    streak.end().catch((err) => logger.debug({ err }, "End of the AI service's failures not told"));
  }

  return {
    async call(assetId, call) {
      await catchUp();
      const refusal = new AssetError("circuit_open", "The AI service is away", {
        retryAfterMs: holdMs,
      });
      // Its other calls would wait for the one that is being tried.
      if (circuit.state === CircuitState.HalfOpen) throw refusal;
      let isShared = false;
      try {
        const result = await circuit.execute(() =>
          call().catch(async (error) => {
            if (serviceOf(error) === "away") {
              failed = await streak.add(assetId).catch(() => failed);
              isShared = failed >= OPENS_AT;
            }
            throw error;
          })
        );
        if (result !== undefined) noteAnswer();
        return result;
      } catch (cause) {
        if (cause instanceof BrokenCircuitError) throw refusal;
        if (serviceOf(cause) === "answers") noteAnswer();
        if (!isShared) throw cause;
        const { message } = asAssetError(cause);
        throw new AssetError("ai_outage", message, { cause, retryAfterMs: holdMs });
      }
    },

    isClosed,
  };
}

const serviceOf = (error: unknown) => error instanceof AssetError ? error.service : undefined;

function errorIn(reason: FailureReason<unknown> | { isolated: true }): unknown {
  return "error" in reason ? reason.error : undefined;
}
