import createClient from "openapi-fetch";
import { connection } from "./connection";
import { pageLanguage } from "./language";
import { isServerAway, noAnswer, toApiProblem } from "./problem";
import type { paths } from "./schema";

/** The headers of a request, and the language in which the page wants to be answered. */
function withPageLanguage(request: Request | string, init?: RequestInit): RequestInit {
  const headers = new Headers(init?.headers ?? (request instanceof Request ? request.headers : undefined));
  headers.set("Accept-Language", pageLanguage());
  return { ...init, headers };
}

/** `fetch` that keeps the connection's state and raises `ApiProblem` when there is no answer of the server. */
export async function watchedFetch(request: Request | string, init?: RequestInit): Promise<Response> {
  const response = await fetch(request, withPageLanguage(request, init)).catch((error: unknown) => {
    // fetch raises TypeError when there was no answer.
    if (error instanceof TypeError) return null;
    throw error;
  });
  if (response === null || isServerAway(response.status, response.headers.get("Content-Type"))) {
    connection.lost();
    throw noAnswer();
  }
  connection.answered(response.status, response.headers.get("Date"));
  return response;
}

const baseUrl = typeof location === "undefined" || location.origin === "null" ? "http://localhost" : location.origin;

/** The typed client; use it with `unwrap`, which turns error answers into `ApiProblem`. */
export const api = createClient<paths>({ baseUrl, fetch: (request) => watchedFetch(request) });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the client's types make of `T`: they turn tuples into arrays. */
type Untupled<T> = T extends (infer E)[] ? Untupled<E>[] : T extends object ? { [K in keyof T]: Untupled<T[K]> } : T;

/**
 * The data of an answer. Raises `ApiProblem` for every status that is not a success. Name the type (`unwrap<NetworkRead>`)
 * where it holds tuples.
 */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T>;
export async function unwrap<T>(answer: Promise<Answer<Untupled<T>>>): Promise<T>;
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw toApiProblem(response.status, error);
  return data as T;
}

/** Asks for a text (`source`, `log`); raises `ApiProblem` like `unwrap`. */
export async function fetchText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await watchedFetch(path, signal ? { signal } : undefined);
  if (response.ok) return response.text();
  throw toApiProblem(response.status, await readJson(response));
}

/** Asks for bytes; raises `ApiProblem` like `unwrap`. */
export async function fetchBytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await watchedFetch(path, signal ? { signal } : undefined);
  if (response.ok) return response.arrayBuffer();
  throw toApiProblem(response.status, await readJson(response));
}

/** Sends a file's bytes as they are (uploads); raises `ApiProblem` like `unwrap`. */
export async function sendBytes<T>(method: "POST" | "PUT", path: string, bytes: Blob): Promise<T> {
  const response = await watchedFetch(path, {
    method,
    body: bytes,
    headers: { "Content-Type": "application/octet-stream" },
  });
  const body = await readJson(response);
  if (!response.ok) throw toApiProblem(response.status, body);
  return body as T;
}

/** Sends a file's bytes and gives the file that comes back; raises `ApiProblem` like `unwrap`. */
export async function sendForFile(path: string, bytes: Blob): Promise<Blob> {
  const response = await watchedFetch(path, {
    method: "POST",
    body: bytes,
    headers: { "Content-Type": "application/octet-stream" },
  });
  if (response.ok) return response.blob();
  throw toApiProblem(response.status, await readJson(response));
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not JSON: the answer of something between us and the server. The caller keeps its status.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
