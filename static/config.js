/* What the server told this page: language, texts, catalog, bounds. */

export const config = JSON.parse(document.getElementById("config").textContent);

/** Kinds by name. */
export const kinds = new Map(config.catalog.kinds.map((kind) => [kind.kind, kind]));

/** Kinds that play a role and, unless asked otherwise, of which there are records. */
export function kindsOf(role, { empty = false } = {}) {
  return config.catalog.kinds.filter((kind) => kind.role === role && (empty || kind.count > 0));
}
