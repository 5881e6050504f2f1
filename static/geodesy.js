/* Distances and areas on the WGS 84 ellipsoid; degrees in, metres out. */

const A_M = 6_378_137;
const F = 1 / 298.257223563;
const B_M = A_M * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const STEPS_AT_MOST = 200;
const CLOSE_RAD = 1e-12;
const rad = (degrees) => (degrees * Math.PI) / 180;
/** Places and weights of Gauss's rule with three points, on 0 to 1. */
const GAUSS = [[0.5 - Math.sqrt(0.15), 5 / 18], [0.5, 8 / 18], [0.5 + Math.sqrt(0.15), 5 / 18]];

/** Give the shorter way round from one longitude to another, in degrees. */
const turn = (from, to) => ((((to - from + 180) % 360) + 360) % 360) - 180;

/**
 * Measure the geodesic between two places, in metres, to a tenth of a millimetre (Vincenty 1975).
 *
 * NaN for places so nearly opposite that the series does not settle; nobody draws these on a city's map.
 */
export function distanceM([lon1, lat1], [lon2, lat2]) {
  const away = rad(turn(lon1, lon2));
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - F) * Math.tan(rad(lat))));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = away;
  for (let step = 0; step < STEPS_AT_MOST; step += 1) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinS = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL);
    if (sinS === 0) return 0;
    const cosS = sin1 * sin2 + cos1 * cos2 * cosL;
    const sigma = Math.atan2(sinS, cosS);
    const sinA = (cos1 * cos2 * sinL) / sinS;
    const cos2A = 1 - sinA * sinA;
    const cosM = cos2A === 0 ? 0 : cosS - (2 * sin1 * sin2) / cos2A;
    const c = (F / 16) * cos2A * (4 + F * (4 - 3 * cos2A));
    const next = away + (1 - c) * F * sinA * (sigma + c * sinS * (cosM + c * cosS * (2 * cosM * cosM - 1)));
    if (Math.abs(next - lambda) < CLOSE_RAD) return arcM(sigma, sinS, cosS, cosM, cos2A);
    lambda = next;
  }
  return NaN;
}

function arcM(sigma, sinS, cosS, cosM, cos2A) {
  const k = (cos2A * (A_M * A_M - B_M * B_M)) / (B_M * B_M);
  const scale = 1 + (k / 16_384) * (4096 + k * (-768 + k * (320 - 175 * k)));
  const b = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)));
  const last = (b / 6) * cosM * (4 * sinS * sinS - 3) * (4 * cosM * cosM - 3);
  return B_M * scale * (sigma - b * sinS * (cosM + (b / 4) * (cosS * (2 * cosM * cosM - 1) - last)));
}

/** Add up the way along places. */
export const lengthM = (places) => places.slice(1).reduce((sum, place, at) => sum + distanceM(places[at], place), 0);

/** Area between the equator and a latitude, per radian of longitude, in square metres. */
function beltM2(lat) {
  const sin = Math.sin(rad(lat));
  return ((B_M * B_M) / 2) * (sin / (1 - E2 * sin * sin) + Math.log((1 + E * sin) / (1 - E * sin)) / (2 * E));
}

/** Measure the area inside places, in square metres; edges are straight in longitude and latitude, as everywhere here. */
export function areaM2(places) {
  let sum = 0;
  places.forEach(([lon, lat], at) => {
    const [lon2, lat2] = places[(at + 1) % places.length];
    const mean = GAUSS.reduce((part, [along, weight]) => part + weight * beltM2(lat + (lat2 - lat) * along), 0);
    sum += rad(turn(lon, lon2)) * mean;
  });
  return Math.abs(sum);
}

/** Give the outline of a circle: `radiusM` from its centre to some tenths of a per mille, for drawing alone. */
export function circle([lon, lat], radiusM, corners = 96) {
  const bend = Math.sqrt(1 - E2 * Math.sin(rad(lat)) ** 2);
  const [northM, eastM] = [(A_M * (1 - E2)) / bend ** 3, (A_M / bend) * Math.cos(rad(lat))];
  return Array.from({ length: corners + 1 }, (_, at) => {
    const angle = (at / corners) * 2 * Math.PI;
    return [lon + ((Math.sin(angle) * radiusM) / eastM) * (180 / Math.PI), lat + ((Math.cos(angle) * radiusM) / northM) * (180 / Math.PI)];
  });
}
