/** The exit codes operators rely on (contract, "Exit codes"); from 2 on those of sysexits.h and shells. */
export const EXIT = { ended: 0, fault: 1, usage: 2, unavailable: 69, configuration: 78 } as const;
