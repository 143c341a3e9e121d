import { deleteAssets } from "./demo/delete_assets.ts";
import { listenFor } from "./demo/listener.ts";
import { openStack } from "./demo/open_stack.ts";
import { readPhotos } from "./demo/read_photos.ts";
import { show, tell } from "./demo/story.ts";
import { type Journey, submitPhoto } from "./demo/submit_photo.ts";
import { print, runTask, type TaskContext } from "./run_task.ts";
import { aside, heading } from "./style.ts";
import { newUserId, userToken } from "./client/user_token.ts";

/** The main job once, on real photographs or on those given: upload, 202, event, asset. */
async function demo(context: TaskContext): Promise<number> {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  print(heading("Image in, AI result out: the main job on real photographs"));
  print();
  const photos = await readPhotos(Deno.args);
  const { apiUrl, jwtSecret, isOwn } = await openStack(
    (line) => print(aside(`${seconds().padStart(9)}  ${line}`)),
    context,
  );
  const token = await userToken(newUserId(), jwtSecret);
  using listener = await listenFor(apiUrl, token);

  // A stack that has gone meanwhile has nothing of ours to delete.
  if (!isOwn) context.resources.defer(() => deleteAssets(apiUrl, token).catch(() => {}));

  print(`\n${heading("Uploads")} ${aside("(times count from the start of each)")}`);

  let last: Journey | undefined;
  let isGood = true;
  for (const photo of photos) {
    context.signal.throwIfAborted();
    last = await submitPhoto({ apiUrl, token, listener }, photo);
    isGood &&= last.asset.data.status === "active";
    print(tell(photo, last));
  }
  context.signal.throwIfAborted();
  print(`\n${heading("The last event and asset, whole")}`);
  print(show(last?.event.payload));
  print(show(last?.asset.data));
  const leaving = isOwn ? "Everything that was started is being stopped." : "The stack stays.";
  print(`\nDone in ${seconds()}. ${leaving}`);
  return isGood ? 0 : 1;
}

if (import.meta.main) await runTask(demo);
