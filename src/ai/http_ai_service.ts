import { AssetError, type ErrorCode } from "../assets/errors.ts";
import type { AiService } from "../assets/ports.ts";
import { answerSchema } from "./ai_contract.ts";
import { readAtMost } from "./read_at_most.ts";
import { retryAfterMs } from "./retry_after.ts";

const MAX_ANSWER_BYTES = 1024 * 1024;

export interface HttpAiServiceOptions {
  /** `/analyze` is appended. */
  readonly url: string;
  /** Sent as a Bearer token when set. */
  readonly token: string | undefined;
  /** For headers and body together, in milliseconds. */
  readonly timeoutMs: number;
  /** Accept `http://` image addresses of this machine in answers: development only. */
  readonly allowLoopback: boolean;
}

/** The AI service over HTTP; each answer becomes an analysis or one `ai_*` error (contract, "AI service"). */
export function createHttpAiService(options: HttpAiServiceOptions): AiService {
  const endpoint = `${options.url.replace(/\/+$/, "")}/analyze`;
  const schema = answerSchema(options);
  const authorization = options.token && { Authorization: `Bearer ${options.token}` };

  return {
    async analyze({ imageUrl, category, idempotencyKey }, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
      const or = (otherwise: (cause: unknown) => AssetError) => (cause: unknown) => {
        throw deadline.aborted ? away("ai_timeout", cause) : otherwise(cause);
      };
      const response = await fetch(endpoint, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": idempotencyKey,
          ...authorization,
        },
        body: JSON.stringify({ imageUrl, category }),
        redirect: "manual",
        signal: deadline,
      }).catch(or((cause) => away("ai_unavailable", cause)));
      if (response.status !== 200) {
        await response.body?.cancel().catch(() => {});
        const { status, headers } = response;
        const cause = `HTTP status ${status}${HINTS[status] ?? ""}`;
        if (GATEWAY_SAYS_AWAY.includes(status)) throw away("ai_unavailable", cause);
        throw answered(codeOf(status), cause, retryAfterMs(headers.get("Retry-After")));
      }
      const text = await readAtMost(response, MAX_ANSWER_BYTES).catch(or(badResponse));
      try {
        return schema.parse(JSON.parse(text));
      } catch (cause) {
        throw badResponse(cause);
      }
    },
  };
}

/** Something before the service answers in its place, or the service says so itself. */
const GATEWAY_SAYS_AWAY = [502, 503, 504];

/** What an operator may have got wrong. */
const HINTS: Readonly<Record<number, string>> = {
  401: "; is AI_SERVICE_TOKEN right?",
  403: "; is AI_SERVICE_TOKEN right?",
  404: " for /analyze below AI_SERVICE_URL; is that right?",
  405: " for /analyze below AI_SERVICE_URL; is that right?",
  501: " for /analyze below AI_SERVICE_URL; is that right?",
};

const MEANINGS: Partial<Record<ErrorCode, string>> = {
  ai_rejected: "The AI service refused the picture",
  ai_unauthorized: "The AI service refused our credentials",
  ai_unavailable: "The AI service could not be reached or is failing",
  ai_timeout: "The AI service did not answer in time",
  ai_bad_response: "The AI service's answer is not as agreed",
  ai_rate_limited: "The AI service asks for fewer calls",
};

function away(code: ErrorCode, cause: unknown): AssetError {
  return new AssetError(code, MEANINGS[code] ?? code, { cause, service: "away" });
}

function answered(code: ErrorCode, cause: unknown, retryAfterMs?: number): AssetError {
  return new AssetError(code, MEANINGS[code] ?? code, { cause, retryAfterMs, service: "answers" });
}

const badResponse = (cause: unknown) => answered("ai_bad_response", cause);

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return "ai_unauthorized";
  if (status === 429) return "ai_rate_limited";
  if (status === 408 || status === 425 || status >= 500) return "ai_unavailable";
  return status >= 400 ? "ai_rejected" : "ai_bad_response";
}
