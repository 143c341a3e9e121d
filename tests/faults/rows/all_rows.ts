import type { Row } from "../row.ts";
import { r1 } from "./r01_worker_killed.ts";

export const ALL_ROWS: readonly Row[] = [r1];
