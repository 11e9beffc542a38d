/** Sends a file with its progress: fetch cannot say how much of a body has left, XMLHttpRequest can. No React here. */

import { connection } from "./connection";
import { ApiProblem, isServerAway, OFFLINE, toApiProblem } from "./problem";

export interface SendOptions {
  method: "POST" | "PUT" | "PATCH";
  path: string;
  file: Blob;
  /** The share that has been sent, from 0 to 1; 1 means that the server now reads it. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** What the server made of the file. Raises `ApiProblem`; a cancelled one raises `AbortError`. */
export function sendFile<T>({ method, path, file, onProgress, signal }: SendOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "text";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    const lose = () => {
      connection.lost();
      reject(
        new ApiProblem({
          code: OFFLINE,
          status: 0,
          title: "No answer",
          detail: "The connection broke while the file was being sent. Send it again.",
        }),
      );
    };
    request.onerror = lose;
    request.onload = () => {
      if (isServerAway(request.status, request.getResponseHeader("Content-Type"))) return lose();
      connection.answered(request.status);
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(toApiProblem(request.status, body));
    };
    request.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not JSON: the answer of something between us and the server. The caller keeps its status.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
