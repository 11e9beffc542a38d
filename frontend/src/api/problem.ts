import i18next from "i18next";
import type { Problem, ProblemDocument } from "./types";

/** The request never got an answer: the server is gone or the network is. */
export const OFFLINE = "offline";

/** An error answer of the server (RFC 9457), or `code: "offline"` with status 0 when there was no answer at all. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly problems: readonly Problem[];

  constructor(document: Pick<ProblemDocument, "code" | "status" | "title" | "detail"> & { problems?: Problem[] }) {
    super(document.detail || document.title);
    this.name = "ApiProblem";
    this.code = document.code;
    this.status = document.status;
    this.title = document.title;
    this.problems = document.problems ?? [];
  }

  get isOffline(): boolean {
    return this.code === OFFLINE;
  }
}

/** What is raised where the server did not answer. */
export function noAnswer(): ApiProblem {
  return new ApiProblem({
    code: OFFLINE,
    status: 0,
    title: i18next.t("ui:answer.noneTitle"),
    detail: i18next.t("ui:answer.none"),
  });
}

/** With these a proxy says that what stands behind it does not answer. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether an answer is a proxy's in place of the server's: the server's own refusals are problem documents. */
export function isServerAway(status: number, contentType: string | null): boolean {
  return AWAY.has(status) && !(contentType ?? "").startsWith("application/problem+json");
}

export function isApiProblem(error: unknown, code?: string): error is ApiProblem {
  return error instanceof ApiProblem && (code === undefined || error.code === code);
}

const MOST_SENTENCES = 3;

/** How the types of what is said of a document as a whole begin: such a sentence needs no field before it. */
const DOCUMENT = "document_";

/** What went wrong, for a person: the single problems where the server names them, else its sentence. */
export function sentenceOf(error: unknown): string {
  if (isApiProblem(error) && error.problems.length > 0) {
    const sentences = error.problems
      .slice(0, MOST_SENTENCES)
      .map(({ field, message, values }) =>
        String(values?.type).startsWith(DOCUMENT) ? message : withField(field, message),
      );
    return sentences.join(" ");
  }
  return error instanceof Error ? error.message : String(error);
}

function withField(field: string | null | undefined, message: string): string {
  return field && !message.includes(field) ? `${field}: ${message}` : message;
}

function isProblemDocument(body: unknown): body is ProblemDocument {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

/** Makes an error of whatever a failed answer held; answers that are not ours (a proxy's page) keep their status. */
export function toApiProblem(status: number, body: unknown): ApiProblem {
  if (isProblemDocument(body)) return new ApiProblem({ ...body, status });
  return new ApiProblem({
    code: `http_${status}`,
    status,
    title: `HTTP ${status}`,
    detail: i18next.t("ui:answer.unexplained", { status }),
  });
}
