/** Milliseconds between two drawings for users who prefer reduced motion. */
const reducedInterval = 250;

/** Calls `draw` once per frame until it is stopped, or rarely for users who prefer reduced motion. */
export function drawLoop(draw: () => void): () => void {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  let before = 0;
  let frame = requestAnimationFrame(function next(now) {
    frame = requestAnimationFrame(next);
    if (reduced.matches && now - before < reducedInterval) return;
    before = now;
    draw();
  });
  return () => cancelAnimationFrame(frame);
}
