import type { Row } from "../row.ts";
import { r1 } from "./r01_worker_killed.ts";
import { r2 } from "./r02_last_attempt_killed.ts";
import { r3 } from "./r03_killed_twice.ts";
import { r4 } from "./r04_killed_with_answer.ts";
import { r5 } from "./r05_killed_before_event.ts";
import { r6 } from "./r06_no_worker.ts";
import { r7 } from "./r07_api_killed_uploading.ts";
import { r8 } from "./r08_api_killed_unqueued.ts";
import { r9 } from "./r09_api_killed_unanswered.ts";
import { r10 } from "./r10_redis_killed.ts";
import { r11 } from "./r11_redis_emptied.ts";
import { r12 } from "./r12_redis_stopped.ts";
import { r13 } from "./r13_redis_full.ts";
import { r14 } from "./r14_redis_evicts.ts";
import { r15 } from "./r15_redis_slow.ts";
import { r16 } from "./r16_mongo_killed.ts";
import { r17 } from "./r17_mongo_stopped.ts";
import { r18 } from "./r18_mongo_steps_down.ts";
import { r19 } from "./r19_ai_5xx.ts";
import { r20 } from "./r20_ai_4xx.ts";
import { r21 } from "./r21_ai_429.ts";
import { r22 } from "./r22_ai_hangs.ts";
import { r23 } from "./r23_ai_drips.ts";
import { r24 } from "./r24_ai_garbles.ts";
import { r25 } from "./r25_ai_misleads.ts";
import { r26 } from "./r26_ai_floods.ts";
import { r27 } from "./r27_ai_unreachable.ts";
import { r28 } from "./r28_ai_redirects.ts";
import { r29 } from "./r29_store_fails.ts";
import { r30 } from "./r30_device_away.ts";
import { r31 } from "./r31_device_flaps.ts";
import { r32 } from "./r32_two_workers.ts";
import { r33 } from "./r33_many_reconcilers.ts";
import { r34 } from "./r34_reconciler_races.ts";
import { r35 } from "./r35_replayed_together.ts";
import { r36 } from "./r36_replayed_in_bulk.ts";
import { r38 } from "./r38_api_terminated.ts";
import { r39 } from "./r39_worker_terminated.ts";
import { r40 } from "./r40_rolling_restart.ts";
import { r41 } from "./r41_worker_stopped.ts";
import { r45 } from "./r45_poison.ts";
import { r48 } from "./r48_ai_away.ts";

/** In the order of docs/reliability.md. */
export const ALL_ROWS: readonly Row[] = [
  ...[
    r1,
    r2,
    r3,
    r4,
    r5,
    r6,
    r7,
    r8,
    r9,
    r10,
    r11,
    r12,
    r13,
    r14,
    r15,
    r16,
    r17,
    r18,
    r19,
    r20,
    r21,
    r22,
    r23,
    r24,
    r25,
    r26,
    r27,
    r28,
    r29,
    r30,
    r31,
    r32,
    r33,
    r34,
    r35,
    r36,
    r38,
    r39,
    r40,
    r41,
    r45,
    r48,
  ],
];
