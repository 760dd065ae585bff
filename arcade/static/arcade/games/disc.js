import { colour } from "./canvas.js";

/** Draw the disc of a seat: the first has a ring on it, the second a cross. */
export function disc(ctx, x, y, r, seat, alpha = 1) {
  ctx.save();
  ctx.globalAlpha *= alpha;
  ctx.fillStyle = colour(seat);
  circle(ctx, x, y, r);
  ctx.fill();
  ctx.lineWidth = r * 0.1;
  ctx.strokeStyle = "rgb(0 0 0 / 22%)";
  circle(ctx, x, y, r - ctx.lineWidth / 2);
  ctx.stroke();
  ctx.strokeStyle = seat % 2 ? "rgb(70 42 0 / 62%)" : "rgb(255 255 255 / 82%)";
  ctx.lineWidth = r * 0.15;
  ctx.lineCap = "round";
  ctx.beginPath();
  if (seat % 2) {
    const d = r * 0.34;
    ctx.moveTo(x - d, y - d);
    ctx.lineTo(x + d, y + d);
    ctx.moveTo(x + d, y - d);
    ctx.lineTo(x - d, y + d);
  } else {
    ctx.arc(x, y, r * 0.46, 0, 7);
  }
  ctx.stroke();
  ctx.restore();
}

function circle(ctx, x, y, r) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
}
