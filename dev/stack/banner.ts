import { join } from "node:path";
import { withoutPasswords } from "../../src/assets/explain.ts";
import { ROOT } from "../project.ts";
import { aside, heading } from "../style.ts";
import { introducePeople } from "./people.ts";
import { type RunningStack, STACK_FOLDER } from "./running_stack.ts";

const PHOTO = join(ROOT, "dev", "photos", "camera.png");

/** What a developer wants at hand of a stack that runs: where everything is, tokens, a first request. */
export async function bannerOf(stack: RunningStack): Promise<string> {
  const people = await introducePeople(stack.jwtSecret);
  const places = {
    "API": `${stack.apiUrl}/api/assets`,
    "Socket.io": stack.apiUrl,
    "AI service": withoutPasswords(stack.aiUrl),
    "MongoDB": withoutPasswords(stack.mongodbUri),
    "Redis": withoutPasswords(stack.redisUrl),
    "data, logs": STACK_FOLDER,
  };
  return [
    "",
    ...Object.entries(places).map(([name, place]) => row(name, place)),
    "",
    heading("Access tokens"),
    ...people.map(({ name, token }) => row(name, token)),
    "",
    `${heading("Try it")} ${aside("in another terminal; what alice hears of it comes here")}`,
    `  ${curlLine(stack.apiUrl, people[0]?.token)}`,
    "",
  ].join("\n");
}

/** An upload as a command that works wherever it is pasted. */
function curlLine(apiUrl: string, token = ""): string {
  return `curl -H "Authorization: Bearer ${token}" -F category=camera ` +
    `-F "image=@${PHOTO}" ${apiUrl}/api/assets/analyze-queue`;
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(10)}  ${text}`;
}
