import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I4 and I7: nothing half-made stays, and no image without an asset or asset without its image. */
export function judgeLeftovers(evidence: Evidence): Violation[] {
  const { documents, images, namedImages, openJobs } = evidence;
  const stored = new Set(images);
  const problems = documents.flatMap(({ id, status, isDeleted, imageName }) => {
    if (isDeleted) return [`${id} was deleted and is not purged`];
    if (status === "draft" || status === "processing") return [`${id} is still ${status}`];
    return stored.has(imageName) ? [] : [`${id} has lost its image`];
  });
  const orphans = images.filter((name) => !namedImages.has(name))
    .map((name) => `image ${name} has no asset`);
  const open = openJobs.map((jobId) => `job ${jobId} is still waiting or active`);
  return [...problems, ...orphans, ...open].map((what) => ({ invariant: "I4", what }));
}
