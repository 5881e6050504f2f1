/* Requests to the server this page came from, and to no other. */

import { config } from "./config.js";

/** A refusal, with the server's own sentence. */
export class Refusal extends Error {
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

/** Give the address of something on this server, in the reader's language unless told otherwise. */
export function address(path, parameters = {}) {
  const url = new URL(config.root + path, location.href);
  for (const [name, value] of Object.entries({ lang: config.lang, ...parameters })) url.searchParams.set(name, value);
  return url.href;
}

/** Read one JSON document. */
export async function read(path, parameters = {}, signal = undefined) {
  const response = await fetch(address(path, parameters), { signal, headers: { Accept: "application/json" } });
  const document = await response.json().catch(() => ({ code: "INTERNAL", message: response.statusText }));
  if (!response.ok) throw new Refusal(document);
  return document;
}
