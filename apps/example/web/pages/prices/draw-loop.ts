/** Milliseconds between two pictures for those who asked for less motion. */
const calm = 250;

/** Calls `draw` once per frame, or now and then for those who asked for less motion, until it is stopped. */
export function drawLoop(draw: () => void): () => void {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  let before = 0;
  let frame = requestAnimationFrame(function next(now) {
    frame = requestAnimationFrame(next);
    if (reduced.matches && now - before < calm) return;
    before = now;
    draw();
  });
  return () => cancelAnimationFrame(frame);
}
