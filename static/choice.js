/* What is chosen to be seen: read from the address, written back to it, asked of the server in the same words. */

import { isGround, USUAL } from "./basemap.js";
import { config, kindsOf } from "./config.js";

const NOTHING = "none";
const VIEW = "hide";
const RINGS = "rings";
const BASE = "base";
const TICKED = ["true", "1"];
/** Priorities, the most pressing first. */
export const PRIORITIES = ["high", "medium", "low"];
const SINGLE = ["district", "township", "text"];

const names = (role) => kindsOf(role, { empty: true }).map((kind) => kind.kind);
const ALL = {
  kinds: names("source"),
  statuses: config.catalog.statuses.map((one) => one.status),
  priorities: PRIORITIES,
};
const PARAMETERS = { kinds: "kind", statuses: "status", priorities: "priority" };
const ACTIVE = config.catalog.statuses.filter((one) => one.active).map((one) => one.status);
const INACTIVE = ALL.statuses.filter((status) => !ACTIVE.includes(status));
const BESIDE = [...names("zone"), ...names("asset")];

/** What is shown before anybody chooses anything. */
export function everything() {
  return {
    kinds: new Set(ALL.kinds), statuses: new Set(ALL.statuses), priorities: new Set(ALL.priorities),
    flagged: false, overdue: false, district: "", township: "", text: "",
    zones: new Set(names("zone")), assets: new Set(names("asset")), rings: true, base: USUAL,
  };
}

const same = (set, list) => set.size === list.length && list.every((one) => set.has(one));

/** Write a set as the server takes it: nothing said where all of it is wanted. */
function written(set, all) {
  if (same(set, all)) return null;
  if (set.size === 0) return NOTHING;
  return all === ALL.statuses && same(set, ACTIVE) ? "active" : all.filter((one) => set.has(one)).join(",");
}

/** Give the parameters of a choice, some of them left out. */
export function parametersOf(shown, { without = [] } = {}) {
  const found = {};
  for (const [own, name] of Object.entries(PARAMETERS)) found[name] = written(shown[own], ALL[own]);
  for (const name of ["flagged", "overdue"]) found[name] = shown[name] ? "1" : null;
  for (const name of SINGLE) found[name] = shown[name].trim() || null;
  return Object.fromEntries(Object.entries(found).filter(([name, value]) => value !== null && !without.includes(name)));
}

/** Tell whether a choice can hold nothing: all kinds, statuses or priorities are switched off. */
export const isEmpty = (shown) => Object.keys(PARAMETERS).some((own) => shown[own].size === 0);

/** Tell whether anything is left out. */
export const isNarrowed = (shown) => Object.keys(parametersOf(shown)).length > 0;

function taken(shown, own, value, dropped) {
  if (value === NOTHING) return shown[own].clear();
  const parts = value.split(",").filter(Boolean).flatMap((part) => (own === "statuses" && part === "active" ? ACTIVE : [part]));
  const known = parts.filter((part) => ALL[own].includes(part));
  dropped.push(...parts.filter((part) => !known.includes(part)));
  if (known.length) shown[own] = new Set(known);
}

function hide(shown, value, dropped) {
  for (const name of value.split(",").filter(Boolean)) {
    if (name === RINGS) shown.rings = false;
    else if (BESIDE.includes(name)) [shown.zones, shown.assets].forEach((set) => set.delete(name));
    else dropped.push(name);
  }
}

/** Read a choice from an address; `dropped` names what it held that there is not, or no more. */
export function choiceIn(search) {
  const [shown, dropped] = [everything(), []];
  const given = new URLSearchParams(search);
  const ownOf = Object.fromEntries(Object.entries(PARAMETERS).map(([own, name]) => [name, own]));
  for (const name of new Set(given.keys())) {
    const value = given.getAll(name).join(",");
    if (name === "lang") continue;
    if (name in ownOf) taken(shown, ownOf[name], name === "status" && value === "all" ? "" : value, dropped);
    else if (name === "flagged" || name === "overdue") shown[name] = TICKED.includes(value);
    else if (SINGLE.includes(name)) shown[name] = value;
    else if (name === VIEW) hide(shown, value, dropped);
    else if (name === BASE && isGround(value)) shown.base = value;
    else dropped.push(name === BASE ? value : name);
  }
  return { shown, dropped };
}

/** Write a choice as the query of an address; the language stays what it was. */
export function queryOf(shown) {
  const query = new URLSearchParams(parametersOf(shown));
  const hidden = [...BESIDE.filter((name) => !shown.zones.has(name) && !shown.assets.has(name)), ...(shown.rings ? [] : [RINGS])];
  if (hidden.length) query.set(VIEW, hidden.join(","));
  if (shown.base !== USUAL) query.set(BASE, shown.base);
  const lang = new URLSearchParams(location.search).get("lang");
  if (lang) query.set("lang", lang);
  const text = query.toString().replaceAll("%2C", ",");
  return text && `?${text}`;
}

/** Tell what of activity the browser itself lets through; statuses one by one are the server's to sort out. */
export function activityOf({ statuses }) {
  if (same(statuses, ACTIVE)) return { active: true, inactive: false };
  if (same(statuses, INACTIVE)) return { active: false, inactive: true };
  return { active: statuses.size > 0, inactive: statuses.size > 0 };
}

/** Give what tiles are asked for; kinds, activity and flags are in them and need no asking. */
export function tileParametersOf(shown) {
  const { active, inactive } = activityOf(shown);
  return parametersOf(shown, { without: active && inactive ? ["kind", "flagged"] : ["kind", "flagged", "status"] });
}

/** Whether all, some or none of a group of statuses are wanted. */
export function statusesOf(shown, active) {
  const group = active ? ACTIVE : INACTIVE;
  const wanted = group.filter((status) => shown.statuses.has(status)).length;
  return { group, all: wanted === group.length, some: wanted > 0 };
}
