import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import jobSchema from "../../contracts/ai-job.schema.json" with { type: "json" };
import openApi from "../../contracts/analyze-queue.openapi.json" with { type: "json" };
import eventSchema from "../../contracts/asset-processed-event.schema.json" with { type: "json" };

/** Where something stands in the OpenAPI document: the names on the way to it. */
type Place = readonly string[];

const DOCUMENT = "openapi.json";
/** What is the same for paths and methods that the document does not name. */
const ELSEWHERE: Readonly<Record<number, string>> = { 404: "NotFound", 405: "MethodNotAllowed" };

const ajv = new Ajv2020({ allErrors: true });
ajvFormats.default(ajv);
// Ajv takes the document for a schema in which the names on its top mean nothing.
ajv.addVocabulary(Object.keys(openApi)).addSchema(openApi, DOCUMENT);
const validateJobData = ajv.compile(jobSchema);
const validateEvent = ajv.compile(eventSchema);

/** Holds an answer to contracts/analyze-queue.openapi.json: status, headers and body. */
export function assertAnswer(answer: {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** As read from JSON; null when there is none. */
  readonly body: unknown;
}): void {
  const { method, url, status, headers, body } = answer;
  const what = `${method} ${new URL(url).pathname} ${status}`;
  const response = responseOf(answer);
  if (!response) assert.fail(`${what} is not documented: ${Deno.inspect(body)}`);

  for (const [name, place] of Object.entries(childrenOf([...response, "headers"]))) {
    const value = headers.get(name);
    if (value !== null) assertValid(validatorAt([...place, "schema"]), value, `${what} ${name}`);
    else assert.ok(!nodeAt([...place, "required"]), `${what} has no header ${name}`);
  }

  const content = [...response, "content", "application/json"];
  if (!nodeAt(content)) return assert.equal(body, null, `${what} has a body`);
  assert.match(headers.get("Content-Type") ?? "", /^application\/json\b/, what);
  if (method === "HEAD") return;
  assertValid(validatorAt([...content, "schema"]), body, what);
}

/** Holds the data of a job to contracts/ai-job.schema.json. */
export function assertJobData(data: unknown): void {
  assertValid(validateJobData, data, "a job's data");
}

/** Holds an event to contracts/asset-processed-event.schema.json. */
export function assertEvent(event: unknown): void {
  assertValid(validateEvent, event, "asset_processed");
}

function assertValid(validate: ValidateFunction, value: unknown, what: string): void {
  if (validate(value)) return;
  assert.fail(
    `${what} breaks its contract: ${ajv.errorsText(validate.errors)}\n` +
      Deno.inspect(value, { depth: 10 }),
  );
}

/** The response that the document has for this answer, if it has one. */
function responseOf(
  { method, url, status }: { method: string; url: string; status: number },
): Place | undefined {
  const template = templateOf(new URL(url).pathname);
  const verb = method === "HEAD" ? "get" : method.toLowerCase();
  const isNamed = template !== undefined && nodeAt(["paths", template, verb]);
  const place = isNamed
    ? ["paths", template, verb, "responses", String(status)]
    : ["components", "responses", ELSEWHERE[status] ?? ""];
  return nodeAt(place) ? resolved(place) : undefined;
}

/** A path without parameters goes before one that has some. */
function templateOf(path: string): string | undefined {
  const templates = Object.keys(openApi.paths);
  const patternOf = (template: string) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
  return templates.find((template) => template === path) ??
    templates.find((template) => patternOf(template).test(path));
}

function childrenOf(parent: Place): Record<string, Place> {
  const names = Object.keys(nodeAt(parent) ?? {});
  return Object.fromEntries(names.map((name) => [name, resolved([...parent, name])]));
}

// deno-lint-ignore no-explicit-any -- a JSON document is walked by names that come from itself
function nodeAt(place: Place): any {
  // deno-lint-ignore no-explicit-any
  return place.reduce<any>((node, name) => node?.[name], openApi);
}

/** The same, or where its reference leads. */
function resolved(place: Place): Place {
  const reference: string | undefined = nodeAt(place).$ref;
  return reference ? reference.slice("#/".length).split("/") : place;
}

function validatorAt(place: Place): ValidateFunction {
  const escaped = place.map((name) => name.replaceAll("~", "~0").replaceAll("/", "~1"));
  const validate = ajv.getSchema(`${DOCUMENT}#/${escaped.map(encodeURIComponent).join("/")}`);
  if (!validate) throw new TypeError(`There is no schema at ${place.join(" > ")}`);
  return validate;
}
