const FIRST = ["Brisk", "Calm", "Clever", "Lucky", "Merry", "Nimble", "Quiet", "Rapid", "Sunny", "Witty"];
const SECOND = ["Badger", "Falcon", "Heron", "Lynx", "Marten", "Otter", "Puffin", "Raven", "Robin", "Tapir"];

const pick = (list) => list[Math.floor(Math.random() * list.length)];

export function suggestion() {
  return `${pick(FIRST)} ${pick(SECOND)}`;
}

export function initial(name) {
  return (Array.from(name.trim())[0] ?? "?").toUpperCase();
}

export function ordinal(n) {
  const tail = n % 100 > 10 && n % 100 < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th");
  return `${n}${tail}`;
}

/** Seconds as m:ss. */
export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A player's clock in ms: tenths are told below ten seconds. */
export function clockText(ms) {
  const left = Math.max(0, ms);
  if (left < 10_000) return `0:0${(Math.floor(left / 100) / 10).toFixed(1)}`;
  return minutes(Math.ceil(left / 1000));
}

export function ago(date) {
  const seconds = (Date.now() - new Date(date).getTime()) / 1000;
  if (!(seconds >= 0)) return "just now";
  if (seconds < 90) return "just now";
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** `free-for-all` as `Free for all`. */
export function title(word) {
  const spaced = word.replace(/[-_]/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const MODES = { ffa: "Free for all" };

export function modeTitle(mode) {
  return MODES[mode] ?? title(mode);
}

export function plural(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

/** A property as a sentence part: `map: ice`. */
export function propertyText(name, value) {
  return `${title(name)}: ${value === true ? "yes" : value === false ? "no" : value}`;
}

/** What was typed as the value of a property: whole numbers, yes and no are those, the rest is text. */
export function property(word) {
  if (/^-?\d{1,15}$/.test(word)) return Number(word);
  return { yes: true, no: false }[word.toLowerCase()] ?? word;
}

/** How a match ended, from this seat's side; null for a spectator. */
export function outcome(result, seat, seats, teams) {
  if (!result?.places) return "No result";
  const best = result.places.map((place, s) => (place === 1 ? s : -1)).filter((s) => s >= 0);
  if (seat === null || seat === undefined) {
    const winners = best.map((s) => seats[s].name);
    if (best.length === seats.length) return "A draw";
    return `${winners.join(" and ")} won`;
  }
  const place = result.places[seat];
  if (best.length === seats.length) return "A draw";
  const sides = new Set(teams).size;
  if (place === 1) return best.some((s) => teams[s] !== teams[seat]) ? "Shared first place" : "You won!";
  return sides === 2 ? "You lost" : `You came ${ordinal(place)}`;
}

const REASONS = {
  resigned: "by resignation",
  resign: "by resignation",
  flag: "on time",
  flagged: "on time",
  time: "on time",
  gone: "the other side left",
  left: "the other side left",
  agreed: "by agreement",
  "draw agreed": "by agreement",
  abort: "it was aborted",
  aborted: "it was aborted",
};

export function reason(word) {
  return REASONS[word] ?? (word || "");
}
