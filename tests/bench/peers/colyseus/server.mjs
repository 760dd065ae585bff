// The arena on Colyseus: `node server.mjs PORT`. Rooms: `arena` (option `watch`: a spectator) and `idle`.

import { WebSocket } from "ws";
globalThis.WebSocket ??= WebSocket; // Node 20 has none

const { Room, Server } = await import("@colyseus/core");
const { WebSocketTransport } = await import("@colyseus/ws-transport");
const { schema, t } = await import("@colyseus/schema");
const { RATE, SPOTS, bump, coinsOf, collect, run, spot } = await import("./field.mjs");

const SEATS = 8;
const MOVE = 1;

const Runner = schema({
  x: t.uint16(),
  y: t.uint16(),
  team: t.uint8(),
  dx: t.int8(),
  dy: t.int8(),
  dizzy: t.boolean(),
  score: t.uint16(),
}, "Runner");

const Coin = schema({ x: t.uint16(), y: t.uint16() }, "Coin");

const State = schema({ runners: t.array(Runner), coins: t.array(Coin) }, "State");

function step(value) {
  return value === 1 || value === -1 || value === 0 ? value : undefined;
}

class Arena extends Room {
  maxClients = SEATS;
  patchRate = 1000 / RATE;
  state = new State();

  onCreate(options) {
    if (options.crowd) this.maxClients = SEATS + options.crowd;
    this.seats = new Map();
    this.onMessage(MOVE, (client, move) => this.steer(client, move));
    this.base = coinsOf(SEATS);
    for (let n = 0; n < this.base; n++) this.lay(...spot());
    this.setTimestep(() => this.tick(), 1000 / RATE);
  }

  onJoin(client, options) {
    if (options.watch) return;
    const team = this.state.runners.length;
    const [x, y] = SPOTS[team % SPOTS.length];
    const runner = new Runner().assign({ x, y, team, dx: 0, dy: 0, dizzy: false, score: 0 });
    Object.assign(runner, { kx: 0, ky: 0, dizzyFor: 0, safe: 0 }); // the server's own
    this.state.runners.push(runner);
    this.seats.set(client.sessionId, runner);
  }

  steer(client, move) {
    const runner = this.seats.get(client.sessionId);
    const dx = step(move?.dx), dy = step(move?.dy);
    if (runner === undefined || dx === undefined || dy === undefined) return;
    runner.dx = dx;
    runner.dy = dy;
  }

  lay(x, y) {
    this.state.coins.push(new Coin().assign({ x, y }));
  }

  tick() {
    const { runners, coins } = this.state;
    const count = runners.length;
    for (let n = 0; n < count; n++) run(runners[n]);
    for (let a = 0; a < count; a++)
      for (let b = a + 1; b < count; b++) bump(runners[a], runners[b], coins, (x, y) => this.lay(x, y));
    for (let n = 0; n < count; n++) collect(runners[n], coins, this.base);
  }
}

class Idle extends Room {
  maxClients = 2;
  patchRate = 1000 / RATE;
  state = new State();
}

const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define("arena", Arena);
server.define("idle", Idle);
await server.listen(Number(process.argv[2]), "127.0.0.1");
