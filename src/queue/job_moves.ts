import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { AssetError } from "../assets/errors.ts";
import type { Verdict } from "../assets/judge_attempt.ts";
import type { createQueueHold } from "./queue_hold.ts";

export interface JobMovesOptions {
  readonly hold: ReturnType<typeof createQueueHold>;
  readonly isClosing: () => boolean;
}

/** Verdict -> what BullMQ makes of it; some of its moves want to be thrown as well. */
export function createJobMoves({ hold, isClosing }: JobMovesOptions) {
  return async function obey(verdict: Verdict, job: Job): Promise<void> {
    switch (verdict.next) {
      case "complete":
        return;
      case "forget":
        job.opts.removeOnComplete = true;
        return;
      case "retry":
        throw verdict.error;
      case "fail":
        throw Object.assign(new UnrecoverableError(verdict.error.message), {
          cause: verdict.error,
        });
      case "hold queue":
        await hold.extend(pauseMs(verdict.error, job), verdict.error.code);
        // A worker that ends would wait for the end of the hold.
        if (isClosing()) return await handBack(job);
        throw Worker.RateLimitError();
      case "step back":
        await hold.extend(pauseMs(verdict.error, job), verdict.error.code);
        // BullMQ puts those that were delayed behind those that wait.
        await job.moveToDelayed(Date.now() + pauseMs(verdict.error, job), job.token);
        throw new DelayedError();
      case "hand back":
        return await handBack(job);
    }
  };
}

async function handBack(job: Job): Promise<never> {
  await job.moveToWait(job.token);
  throw new WaitingError();
}

/** What the error asks for, else the pause before the job's next attempt, as BullMQ makes it. */
function pauseMs({ retryAfterMs }: AssetError, { opts, attemptsMade }: Job): number {
  const { delay = 0 } = typeof opts.backoff === "object" ? opts.backoff : { delay: opts.backoff };
  return retryAfterMs ?? Math.max(1, delay * 2 ** attemptsMade);
}
