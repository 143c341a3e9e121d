import { listenFor } from "./demo/listener.ts";
import { bringUp } from "./demo/stack.ts";
import { aside, heading, show, tell } from "./demo/story.ts";
import { type Journey, submitPhoto } from "./demo/submit_photo.ts";
import { print, runTask, type TaskContext } from "./run_task.ts";
import { newUserId, userToken } from "./user_token.ts";

const PHOTOS = [
  { name: "camera.png", category: "camera" },
  { name: "coffee.png", category: "other" },
  { name: "chelsea.png", category: "other" },
] as const;

/** The main job once, on real photographs: upload, 202, event, asset. */
async function demo(context: TaskContext): Promise<number> {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  print(heading("Image in, AI result out: the main job on real photographs"));
  print();
  const { apiUrl, jwtSecret } = await bringUp(
    (line) => print(aside(`${seconds().padStart(9)}  ${line}`)),
    context,
  );
  const token = await userToken(newUserId(), jwtSecret);
  using listener = await listenFor(apiUrl, token);

  print(`\n${heading("Three uploads")} ${aside("(times count from the start of each)")}`);

  let last: Journey | undefined;
  let isGood = true;
  for (const { name, category } of PHOTOS) {
    context.signal.throwIfAborted();
    const bytes = await Deno.readFile(new URL(`photos/${name}`, import.meta.url));
    const file = new File([bytes], name, { type: "image/png" });
    last = await submitPhoto({ apiUrl, token, listener }, { file, category });
    isGood &&= last.asset.data.status === "active";
    print(tell(file, category, last));
  }
  context.signal.throwIfAborted();
  print(`\n${heading("The last event and asset, whole")}`);
  print(show(last?.event.payload));
  print(show(last?.asset.data));
  print(`\nDone in ${seconds()}. Everything that was started is being stopped.`);
  return isGood ? 0 : 1;
}

if (import.meta.main) await runTask(demo);
