import { connectDevice } from "./client/device.ts";
import { outcomeOf } from "./client/outcome_of.ts";
import { print, rejectionOf, runTask, type TaskContext } from "./run_task.ts";
import { bannerOf } from "./stack/banner.ts";
import { bringUpStack } from "./stack/bring_up.ts";
import { introducePeople } from "./stack/people.ts";
import { claimStack, type RunningStack } from "./stack/running_stack.ts";
import { aside, heading, style } from "./style.ts";

/** The whole stack on this machine, to stay: until Ctrl-C, and with its data from one run to the next. */
async function dev(context: TaskContext): Promise<number> {
  const startedAt = performance.now();
  const claim = await claimStack({
    onWait: () => print("Another task is just starting the stack of this folder: waiting for it."),
    signal: context.signal,
  });
  if ("apiUrl" in claim) {
    print(heading(`The stack of this folder runs already, as process ${claim.pid}.`));
    print(aside("It keeps the settings it was started with; to change them, end it there first."));
    print(await bannerOf(claim));
    return 0;
  }
  const { publish } = context.resources.use(claim);
  const stack = await bringUpStack(context);
  await listenAsPeople(stack, context);
  publish(stack);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(
    `\n${heading(`Ready in ${seconds} s.`)} A change of the code restarts it; Ctrl-C ends all.`,
  );
  print(await bannerOf(stack));
  return await rejectionOf(context.signal);
}

/** Prints what the people's devices hear. */
async function listenAsPeople({ apiUrl, jwtSecret }: RunningStack, { resources }: TaskContext) {
  for (const { name, token } of await introducePeople(jwtSecret)) {
    const device = connectDevice(apiUrl, token, (event) => {
      print(`${style("green", name.padEnd(6))} hears ${event.event}: ${outcomeOf(event)}`);
    });
    resources.use(await device);
  }
}

if (import.meta.main) await runTask(dev);
